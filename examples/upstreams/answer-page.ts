import type { IncomingHttpHeaders } from 'node:http';

/** What an example server tells about a request: the JSON that it answers. */
export interface Answer {
  readonly service: string;
  readonly port: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
  h1 span { color: #0a7d5a; }
  table { border-collapse: collapse; width: 100%; font: 0.85rem/1.5 ui-monospace, monospace; }
  td { border-top: 1px solid #8884; padding: 0.25rem 0.75rem 0.25rem 0; vertical-align: top; overflow-wrap: anywhere; }
  td:first-child { white-space: nowrap; opacity: 0.7; }
`;

/** The same for a browser: an HTML page. Everything that came with the request is escaped. */
export function answerPage({ service, port, method, url, headers }: Answer): string {
  const rows = Object.entries(headers).map(([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(String(value))}</td></tr>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(service)}</title>
<style>${style}</style>
<h1><span>${escapeHtml(service)}</span> answered, on port ${port}</h1>
<p><code>${escapeHtml(method)} ${escapeHtml(url)}</code> reached it with these headers:</p>
<table>${rows.join('\n')}</table>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
