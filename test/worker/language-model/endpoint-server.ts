// A real server on this machine that speaks the streaming protocol of chat completions, well or badly.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import {
  type Endpoint,
  type EndpointInput,
  endpointSchema,
} from '../../../common/language-model/endpoint.ts';

const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  stream: z.boolean(),
  stream_options: z.unknown().optional(),
});

export interface Received {
  body: z.infer<typeof requestSchema>;
  authorization: string | undefined;
  /** Names of all headers, sorted. */
  headers: string[];
}

/** What the server does with a request; `times` counts from 1. */
export type Behaviour = (response: ServerResponse, received: Received, times: number) => void;

export interface EndpointServer extends AsyncDisposable {
  url: string;
  received: Received[];
  /** Fulfilled when a client went away before its answer was whole. */
  brokenOff: Promise<void>;
}

export async function serveEndpoint(behave: Behaviour): Promise<EndpointServer> {
  const received: Received[] = [];
  const brokenOff = Promise.withResolvers<void>();
  const server = createServer(async (request: IncomingMessage, response) => {
    response.on('close', () => {
      if (!response.writableFinished) brokenOff.resolve();
    });
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { authorization } = request.headers;
    const headers = Object.keys(request.headers).sort();
    const entry = { body: requestSchema.parse(JSON.parse(text)), authorization, headers };
    received.push(entry);
    behave(response, entry, received.length);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    received,
    brokenOff: brokenOff.promise,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

export function endpointOf(url: string, changes: Partial<EndpointInput> = {}): Endpoint {
  return endpointSchema.parse({ url, model: 'test-model', ...changes });
}

/** A line of the stream. */
export function event(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

/** A piece of an answer. */
export function piece(delta: Record<string, unknown>, finishReason: string | null = null) {
  return {
    id: 'x',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
}

/** A whole answer in pieces of three characters, with its token counts. */
export function answerWith(text: string, finishReason = 'stop'): Behaviour {
  return (response) => {
    beginStream(response);
    response.write(event(piece({ role: 'assistant', content: '' })));
    for (const part of text.match(/[\s\S]{1,3}/g) ?? []) response.write(event(piece({ content: part })));
    response.write(event(piece({}, finishReason)));
    response.write(
      event({
        id: 'x',
        choices: [],
        usage: { prompt_tokens: 100, completion_tokens: 40, total_tokens: 140 },
      }),
    );
    response.end(event('[DONE]'));
  };
}

/** A refusal in the words of the protocol. */
export function refuse(status: number, message: string, headers: Record<string, string> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message, type: 'error' } }));
  };
}
