// Asking a language model over a real connection: good answers, and every way in which an endpoint can go wrong.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { UserError } from '../../../common/errors.ts';
import type { EndpointInput } from '../../../common/language-model/endpoint.ts';
import { createLanguageModel, readApiKey, readRetryAfter } from '../../../worker/language-model/client.ts';
import {
  answerWith,
  type Behaviour,
  beginStream,
  endpointOf,
  event,
  piece,
  refuse,
  serveEndpoint,
} from './endpoint-server.ts';

const question = { system: 'Solve.', user: '1 2 3' };
const running = () => new AbortController().signal;

/** What a server of this behaviour comes to, without times. */
async function ask(
  behave: Behaviour,
  changes: Partial<EndpointInput> = {},
  apiKey: string | null = null,
  isBrokenOff = false,
) {
  await using server = await serveEndpoint(behave);
  const model = createLanguageModel(endpointOf(server.url, changes), { apiKey, firstWaitMs: 1 });
  const { elapsedMs, ...reply } = await model.ask(question, running());
  assert.ok(elapsedMs >= 0);
  if (isBrokenOff) await server.brokenOff;
  return { reply, server };
}

const failed = (kind: string, reason: string, attempts = 1) => ({ attempts, failure: { kind, reason } });

describe('an answer', () => {
  test('comes whole, with its token counts; nothing is sent but the question', async () => {
    const { reply, server } = await ask(answerWith('<answer>\n1 2\n</answer>'));
    const answer = { text: '<answer>\n1 2\n</answer>', inputTokens: 100, outputTokens: 40, cutOff: false };
    assert.deepEqual(reply, { attempts: 1, answer });
    const [received] = server.received;
    assert.deepEqual(received?.body, {
      model: 'test-model',
      messages: [
        { role: 'system', content: 'Solve.' },
        { role: 'user', content: '1 2 3' },
      ],
      stream: true,
      max_tokens: 16_384,
      stream_options: { include_usage: true },
    });
    assert.deepEqual(
      received?.headers.filter((name) => name.startsWith('x-') || name === 'authorization'),
      [],
    );
  });

  test('leaves reasoning out', async () => {
    const { reply } = await ask((response) => {
      beginStream(response);
      response.write(event(piece({ reasoning_content: 'Let me think.' })));
      response.write(event(piece({ content: 'Done' }, 'stop')));
      response.end(event('[DONE]'));
    });
    const answer = { text: 'Done', inputTokens: null, outputTokens: null, cutOff: false };
    assert.deepEqual(reply, { attempts: 1, answer });
  });

  test('says that it was cut off at the limit of tokens', async () => {
    const { reply } = await ask(answerWith('1 2', 'length'));
    assert.ok('answer' in reply && reply.answer.cutOff);
  });

  test('is whole even where the endpoint never ends the stream after it', async () => {
    const { reply } = await ask(
      (response) => {
        beginStream(response);
        response.write(event(piece({ content: 'Done' }, 'stop')));
      },
      { silenceMs: 100 },
    );
    assert.ok('answer' in reply);
    assert.equal(reply.answer.text, 'Done');
  });
});

describe('a failure', () => {
  test('of an endpoint that is not there', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => taken.close(resolve));
    const model = createLanguageModel(endpointOf(`http://127.0.0.1:${port}/v1`), { apiKey: null });
    const { elapsedMs: _, ...reply } = await model.ask(question, running());
    const reason = `127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`;
    assert.deepEqual(reply, failed('unreachable', reason));
  });

  test('of a key that is refused, without showing it', async () => {
    const key = 'sk-very-secret';
    const { reply, server } = await ask(refuse(401, `Incorrect API key: ${key}`), {}, key);
    const reason = 'the endpoint wants another key, status 401: Incorrect API key: [the key]';
    assert.deepEqual(reply, failed('refused', reason));
    assert.equal(server.received[0]?.authorization, `Bearer ${key}`);
  });

  test('of a model that is not there', async () => {
    const { reply, server } = await ask(refuse(404, 'model not found'));
    const reason = `no such model or address ${server.url}, status 404: model not found`;
    assert.deepEqual(reply, failed('no-model', reason));
  });

  test('of an endpoint that is busy, after its retries', async () => {
    const { reply, server } = await ask(refuse(429, 'slow down'), { retries: 2 });
    const reason = 'the endpoint takes no more questions now, status 429: slow down';
    assert.deepEqual(reply, failed('busy', reason, 3));
    assert.equal(server.received.length, 3);
  });

  test('of a redirection, which is not followed', async () => {
    const { reply, server } = await ask((response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' });
      response.end();
    });
    const reason = 'the endpoint points elsewhere, which is not followed, status 302';
    assert.deepEqual(reply, failed('rejected', reason));
    assert.equal(server.received.length, 1);
  });

  test('of a page in place of a stream', async () => {
    const { reply } = await ask((response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>Welcome</html>');
    });
    const reason = 'the endpoint answers with text/html instead of a stream of events';
    assert.deepEqual(reply, failed('no-stream', reason));
  });

  test('of pieces that are no JSON', async () => {
    const { reply } = await ask((response) => {
      beginStream(response);
      response.end(event('{"choices": [{"delta"'));
    });
    assert.deepEqual(reply, failed('malformed', 'a piece of the answer is no valid JSON'));
  });

  test('of pieces that are of another protocol', async () => {
    const { reply } = await ask((response) => {
      beginStream(response);
      response.end(event({ choices: 'none' }));
    });
    assert.deepEqual(reply, failed('malformed', 'a piece of the answer is not as the protocol has it'));
  });

  test('of a stream that ends before the answer does', async () => {
    const { reply } = await ask((response) => {
      beginStream(response);
      response.end(event(piece({ content: '<answer>1 2' })));
    });
    assert.deepEqual(reply, failed('malformed', 'the stream ended before the answer did'));
  });

  test('of a connection that breaks in the middle', async () => {
    const { reply } = await ask((response) => {
      beginStream(response);
      response.write(event(piece({ content: '<answer>1 2' })), () => response.destroy());
    });
    assert.ok('failure' in reply);
    assert.equal(reply.failure.kind, 'malformed');
  });

  test('of an error in the middle of a stream', async () => {
    const { reply } = await ask((response) => {
      beginStream(response);
      response.end(event({ error: { message: 'out of memory' } }));
    });
    assert.deepEqual(reply, failed('server-error', 'the endpoint ended its answer: out of memory', 4));
  });

  test('of an endpoint that says nothing', async () => {
    const { reply } = await ask(() => {}, { silenceMs: 100 });
    const reason = 'the endpoint was silent for 0.1 s and has not begun to answer';
    assert.deepEqual(reply, failed('silent', reason));
  });

  test('of an endpoint that falls silent', async () => {
    const { reply } = await ask(
      (response) => {
        beginStream(response);
        response.write(event(piece({ content: '<answer>' })));
      },
      { silenceMs: 100 },
    );
    const reason = 'the endpoint was silent for 0.1 s in the middle of its answer';
    assert.deepEqual(reply, failed('silent', reason));
  });

  test('of a model that trickles for ever', async () => {
    const { reply } = await ask(
      (response) => {
        beginStream(response);
        const timer = setInterval(() => response.write(event(piece({ content: '.' }))), 10);
        response.on('close', () => clearInterval(timer));
      },
      { answerMs: 300 },
      null,
      true,
    );
    assert.deepEqual(reply, failed('too-slow', 'no whole answer within 0.3 s'));
  });

  test('of a model that streams without end, be it reasoning', async () => {
    for (const field of ['content', 'reasoning_content']) {
      const { reply } = await ask(
        (response) => {
          beginStream(response);
          const flood = () => {
            while (!response.destroyed && response.write(event(piece({ [field]: 'x'.repeat(1000) }))));
          };
          response.on('drain', flood);
          flood();
        },
        { answerBytes: 10_000 },
        null,
        true,
      );
      assert.deepEqual(reply, failed('too-long', 'the answer is longer than 10000 bytes'));
    }
  });

  test('of a line without end', async () => {
    const { reply } = await ask(
      (response) => {
        beginStream(response);
        const flood = () => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
        };
        response.on('drain', flood);
        response.write('data: ');
        flood();
      },
      { answerBytes: 1000 },
    );
    assert.deepEqual(reply, failed('too-long', 'the answer is longer than 1000 bytes'));
  });

  test('of an error page without end, which says nothing of the model', async () => {
    const { reply } = await ask(
      (response) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        const flood = () => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
        };
        response.on('drain', flood);
        flood();
      },
      { retries: 0 },
    );
    assert.deepEqual(reply, failed('server-error', 'the endpoint failed, status 500'));
  });

  test('of an answer without text', async () => {
    const { reply } = await ask(answerWith(''));
    assert.deepEqual(reply, failed('empty', 'the answer has no text in it'));
  });
});

describe('the client', () => {
  test('tries again when it was told to wait', async () => {
    const { reply, server } = await ask((response, received, times) => {
      if (times === 1) refuse(429, 'slow down', { 'retry-after': '0' })(response, received, times);
      else answerWith('Done')(response, received, times);
    });
    assert.equal(server.received.length, 2);
    assert.deepEqual([reply.attempts, 'answer' in reply && reply.answer.text], [2, 'Done']);
  });

  test('does not wait longer than a question may take', async () => {
    const { reply } = await ask(refuse(429, 'come tomorrow', { 'retry-after': '86400' }), { answerMs: 500 });
    const reason = 'the endpoint takes no more questions now, status 429: come tomorrow';
    assert.deepEqual(reply, failed('busy', reason));
  });

  test('learns the names of options that an endpoint wants', async () => {
    const { reply, server } = await ask((response, received, times) => {
      const { body } = received;
      if (body.max_tokens !== undefined)
        refuse(400, "use 'max_completion_tokens' instead")(response, received, times);
      else if (body.stream_options !== undefined)
        refuse(422, 'stream_options: extra field')(response, received, times);
      else answerWith('Done')(response, received, times);
    });
    assert.deepEqual([reply.attempts, 'answer' in reply && reply.answer.text], [3, 'Done']);
    assert.equal(server.received.at(-1)?.body.max_completion_tokens, 16_384);
  });

  test('shows no key that the endpoint gives back', async () => {
    const { reply } = await ask(answerWith('your key is sk-very-secret'), {}, 'sk-very-secret');
    assert.ok('answer' in reply);
    assert.equal(reply.answer.text, 'your key is [the key]');
  });

  test('stops when the job does', async () => {
    await using server = await serveEndpoint(() => {});
    const model = createLanguageModel(endpointOf(server.url), { apiKey: null });
    const stopping = new AbortController();
    const asking = model.ask(question, stopping.signal);
    setTimeout(() => stopping.abort(new Error('stopped')), 50);
    await assert.rejects(asking, { message: 'stopped' });
  });

  test('takes the key from the environment only, and says where it is missing', () => {
    const endpoint = endpointOf('http://127.0.0.1:1/v1', { apiKeyVariable: 'TEST_KEY' });
    assert.equal(readApiKey(endpoint, { TEST_KEY: ' secret\n' }), 'secret');
    assert.equal(readApiKey(endpointOf('http://127.0.0.1:1/v1'), {}), null);
    assert.throws(() => readApiKey(endpoint, {}), {
      name: UserError.name,
      message: [
        'The key of the endpoint is missing',
        '  where:    the environment variable TEST_KEY',
        '  found:    not set',
        '  expected: the key, in the environment of the engine (where one runs already, in that of its terminal)',
        '  to do:    set TEST_KEY and run the command again',
      ].join('\n'),
    });
  });

  test('reads how long it is to wait', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const read = (text: string) => readRetryAfter(new Headers({ 'retry-after': text }), now);
    assert.deepEqual(
      ['2', '0.5', 'Thu, 01 Jan 2026 00:00:03 GMT', 'Wed, 31 Dec 2025 00:00:00 GMT', 'soon'].map(read),
      [2000, 500, 3000, 0, null],
    );
    assert.equal(readRetryAfter(undefined), null);
  });
});
