// What can be asked where the TRM is not sure: nobody, an exact solver, or a language model. None of them is believed:
// who asks checks the answer.

import type { HybridResult } from '../../common/hybrid/result.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import { requireSendingAllowed } from '../../common/language-model/endpoint.ts';
import { createPuzzleText, type Question } from '../../common/language-model/puzzle-text.ts';
import {
  describeTransmission,
  planTransmission,
  type Transmission,
} from '../../common/language-model/transmission.ts';
import type { TokenPuzzles } from '../../common/solving/puzzles.ts';
import { takePuzzles } from '../../common/solving/puzzles.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { type Asked, askAll } from '../language-model/asking.ts';
import { createLanguageModel, readApiKey } from '../language-model/client.ts';
import { makeQuestions } from '../language-model/questions.ts';
import { type Bench, vocabularyOf } from '../language-model/subjects.ts';
import { exactSolverOf } from './solver-helper.ts';

export interface Helper {
  facts: HybridResult['helper'];
  /** One entry for each puzzle, in that order; null where nobody is asked. */
  ask(puzzles: TokenPuzzles, context: JobContext): Promise<HelperReply>;
}

export interface HelperReply {
  asked: Asked[] | null;
  transmission: Transmission | null;
}

/** @throws UserError where there is no such helper, its key is missing, or nothing may be sent to it */
export function openHelper({ helper, dryRun }: JobSpecOf<'hybrid'>, bench: Bench): Helper {
  if (helper.kind === 'none') {
    return { facts: { kind: 'none' }, ask: async () => ({ asked: null, transmission: null }) };
  }
  if (helper.kind === 'solver') return openSolver(bench, dryRun);
  const { endpoint } = helper;
  const text = createPuzzleText(vocabularyOf(bench));
  if (!dryRun) requireSendingAllowed(endpoint);
  const apiKey = dryRun ? null : readApiKey(endpoint);
  return {
    facts: { kind: 'endpoint', url: endpoint.url, model: endpoint.model },
    async ask(puzzles, context) {
      const questions = makeQuestions(text, bench.dataset, puzzles);
      const sent = questions.filter((question): question is Question => question !== null);
      const transmission = planTransmission(endpoint, sent, text.contents);
      if (dryRun || puzzles.count === 0) return { asked: null, transmission };
      announce(transmission, context);
      const asked = await askAll(createLanguageModel(endpoint, { apiKey }), questions, {
        endpoint,
        text,
        signal: context.signal,
        onProgress: (done) => context.progress('asking the language model', done, puzzles.count, 'questions'),
      });
      return { asked, transmission };
    },
  };
}

/** Says what leaves before it does. */
export function announce(transmission: Transmission, { emit }: JobContext): void {
  const lines = ['Sending', ...describeTransmission(transmission).map((line) => `  ${line}`)];
  const level = transmission.loopback ? 'info' : 'warning';
  emit({ type: 'log', level, message: lines.join('\n') });
}

function openSolver(bench: Bench, dryRun: boolean): Helper {
  const solver = exactSolverOf(vocabularyOf(bench));
  return {
    facts: { kind: 'solver', name: solver.name },
    async ask(puzzles, context) {
      if (dryRun) return { asked: null, transmission: null };
      const asked: Asked[] = [];
      for (let row = 0; row < puzzles.count; row++) {
        throwIfCancelled(context.signal);
        context.progress('asking the exact solver', row, puzzles.count, 'puzzles');
        const startedMs = performance.now();
        const found = solver.solve(takePuzzles(puzzles, row, 1).inputs);
        const elapsedMs = performance.now() - startedMs;
        const usage = { elapsedMs, attempts: 0, inputTokens: null, outputTokens: null, cost: null };
        if ('answer' in found) asked.push({ usage, answer: found.answer });
        else asked.push({ usage, failure: { kind: 'empty', reason: found.problem } });
        // Lets a request to stop come through.
        if (row % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return { asked, transmission: null };
    },
  };
}
