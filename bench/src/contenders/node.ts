import { askForProduct } from '../apps/products.js';
import type { Contender } from '../contender.js';
import { listen } from '../listen.js';

const question = askForProduct('');

/** `node:http` with nothing on it: the floor under every framework, for scale. */
const node: Contender = {
  title: 'bare node:http',
  question,
  start() {
    return listen((request, response) => {
      if (request.url !== question.path) return void response.writeHead(404).end();
      response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(question.body),
      });
      response.end(question.body);
    });
  },
};

export default node;
