/** What `npm start` prints once everything is up. */
export const whatToTry = `
Sluice serves examples/shop. Try, in another terminal or a browser:

  curl http://shop.localhost:8080/               web, two servers in turn
  curl http://shop.localhost:8080/api/items      api: the longest path wins
  curl http://shop.localhost:8080/health         api: an Exact path
  curl http://blog.localhost:8080/               another host
  curl http://pr-7.preview.localhost:8080/       a wildcard host
  curl -k https://secure.localhost:8443/         TLS, with a certificate from a Secret
  curl -i http://secure.localhost:8080/          redirected to https
  curl -i http://broken.localhost:8080/          503: its Service is missing; /ok on the same host works
  curl -i http://nobody.localhost:8080/          404: nobody's host

  WebSocket: new WebSocket('ws://chat.localhost:8080/') in a browser's console at http://chat.localhost:8080/

Ask why a URL goes where it goes:
  npx sluice explain http://shop.localhost/api/items --manifests examples/shop

See what is wrong (examples/shop/broken.yaml is, on purpose):
  npx sluice check examples/shop
  curl http://127.0.0.1:10254/api/diagnostics

Change something while it runs; edits are live at once:
  - in examples/shop/broken.yaml, name the Service web instead of missing: the 503 turns into an answer
  - in examples/shop/shop.yaml, set ready: true for web-3: a third server takes its turn
  - break the YAML of any file: its routes stay, and the diagnostics name the line

If your system does not know *.localhost: curl -H 'Host: shop.localhost' http://127.0.0.1:8080/

Ctrl-C stops everything.
`;
