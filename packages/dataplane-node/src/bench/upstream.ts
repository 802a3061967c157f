// The upstream of the benchmark: answers every request with one kilobyte, as cheaply as it can.
import { createServer } from 'node:net';

const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n${'x'.repeat(1024)}`);

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', () => socket.write(answer));
}).listen(Number(process.argv[2]), '127.0.0.1');
