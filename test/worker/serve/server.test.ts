// The service on a real port with a real model: answers, refusals, limits, and requests made of anything.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type ServiceSpec, solveResponseSchema } from '../../../common/service.ts';
import { serveModel } from '../../../worker/serve/server.ts';
import { openService, type PuzzleService } from '../../../worker/serve/service.ts';
import { makeTinyCheckpoint } from '../export/tiny-checkpoint.ts';

describe('the solving service', () => {
  const root = mkdtempSync(join(tmpdir(), 'trm-serve-'));
  const opened: { close(): Promise<unknown> }[] = [];
  let service: PuzzleService;
  let spec: ServiceSpec;
  let address = '';

  async function listen(changes: Partial<ServiceSpec> = {}, answering = service): Promise<string> {
    const listening = await serveModel(answering, { ...spec, ...changes }, '1.2.3');
    opened.unshift(listening.server);
    return listening.address;
  }
  const post = (body: unknown, to = address, headers: Record<string, string> = {}) =>
    fetch(`${to}/solve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  before(async () => {
    const { folder } = await makeTinyCheckpoint(root);
    spec = {
      subject: { checkpointFolder: folder, weights: 'ema' },
      label: 'tiny@24',
      host: '127.0.0.1',
      port: 0,
      provider: 'cpu',
      threads: 1,
      requestsPerMinute: 100_000,
      requestSeconds: 30,
    };
    service = await openService(spec);
    opened.push(service);
    address = await listen();
  });
  after(async () => {
    for (const each of opened) await each.close();
    rmSync(root, { recursive: true, force: true });
  });

  test('answers puzzles in their order, each checked, with its steps where they are asked for', async () => {
    const puzzles = ['1...............', '................'];
    const response = await post({ puzzles, maximumSteps: 3, halting: 'steps>=2', steps: true });
    assert.equal(response.status, 200);
    const answer = solveResponseSchema.parse(await response.json());
    assert.deepEqual(
      answer.puzzles.map(({ question, steps, trace }) => [question, steps, trace?.map(({ step }) => step)]),
      puzzles.map((question) => [question, 2, [1, 2]]),
    );
    assert.deepEqual(
      { model: answer.model, halting: answer.halting, maximumSteps: answer.maximumSteps },
      { model: 'tiny@24', halting: 'steps>=2', maximumSteps: 3 },
    );
    for (const { answer: text, trace } of answer.puzzles) assert.equal(text, trace?.at(-1)?.answer);
  });

  test('answers the same whatever is asked at the same time', async () => {
    const ask = async () => {
      const answer = solveResponseSchema.parse(await (await post({ puzzles: ['.2.1.3.........4'] })).json());
      return JSON.stringify(answer.puzzles);
    };
    const answers = await Promise.all(Array.from({ length: 12 }, ask));
    assert.equal(new Set(answers).size, 1);
  });

  test('describes itself', async () => {
    const description = (await (await fetch(`${address}/openapi.json`)).json()) as {
      openapi: string;
      info: { version: string };
      paths: Record<string, object>;
    };
    assert.deepEqual(
      [description.openapi, description.info.version, Object.keys(description.paths)],
      ['3.1.0', '1.2.3', ['/solve', '/health']],
    );
    assert.deepEqual(await (await fetch(`${address}/health`)).json(), {
      ok: true,
      model: 'tiny@24',
      waiting: 0,
    });
  });

  const refused: [string, unknown, Record<string, string>, number, RegExp][] = [
    ['no JSON', '[1', {}, 400, /valid JSON/],
    ['no object', [1], {}, 400, /a list of 1/],
    ['an unknown setting', { puzzles: ['1'], maximumStep: 3 }, {}, 400, /maximumSteps/],
    ['no puzzles', { puzzles: [] }, {}, 400, /puzzles/],
    ['a puzzle of another size', { puzzles: ['1...'] }, {}, 400, /16 characters \(4×4\)/],
    ['a puzzle of other symbols', { puzzles: ['9...............'] }, {}, 400, /a digit from 1 to 4/],
    ['a rule that there is none of', { puzzles: ['.'.repeat(16)], halting: 'mood>=1' }, {}, 400, /mood/],
    ['another type', '<a/>', { 'content-type': 'application/xml' }, 415, /Unsupported/],
    ['a web page', { puzzles: [] }, { origin: 'http://example.org' }, 403, /Web pages/],
    ['too much', 'x'.repeat((1 << 20) + 1), {}, 413, /too large/],
  ];
  for (const [what, body, headers, status, message] of refused) {
    test(`refuses ${what}`, async () => {
      const response = await post(body, address, headers);
      assert.equal(response.status, status);
      assert.match(JSON.stringify(await response.json()), message);
    });
  }

  test('refuses more requests than its limit', async () => {
    const limited = await listen({ requestsPerMinute: 2 });
    const states: number[] = [];
    for (let request = 0; request < 3; request++) states.push((await fetch(`${limited}/health`)).status);
    assert.deepEqual(states, [200, 200, 429]);
  });

  test('gives up a request that takes too long, and answers the next', async () => {
    const impatient = await listen({ requestSeconds: 0.1 });
    const long = {
      puzzles: Array.from({ length: 64 }, () => '.'.repeat(16)),
      maximumSteps: 1024,
      halting: 'steps>=1024',
    };
    const response = await post(long, impatient);
    assert.equal(response.status, 503);
    assert.match(JSON.stringify(await response.json()), /took too long/);
    assert.equal((await post({ puzzles: ['.'.repeat(16)], maximumSteps: 1 }, impatient)).status, 200);
  });

  test('meets any JSON with an answer or a named fault', async () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ puzzles: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }), steps: fc.jsonValue() }),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const response = await post(JSON.stringify(value));
        const answer = (await response.json()) as { error?: { what: string } };
        if (response.status === 200) solveResponseSchema.parse(answer);
        else assert.deepEqual([response.status, typeof answer.error?.what], [400, 'string']);
      }),
      { numRuns: 60 },
    );
  });
});
