// A model that stays open and solves what it is given, each answer checked by the rules of its domain.

import { parseHaltingRule } from '../../common/halting/rule.ts';
import type { ServiceSpec, SolveRequest, SolveResponse } from '../../common/service.ts';
import { joinPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { throwIfCancelled } from '../job.ts';
import { domainOf } from '../solve/domains.ts';
import { openSubject } from '../solve/subject.ts';

export interface PuzzleService {
  /** @throws UserError for puzzles of another kind or size, JobCancelled when the signal says so */
  solve(request: SolveRequest, signal: AbortSignal): Promise<SolveResponse>;
  close(): Promise<void>;
}

/** Opens the model and runs it once, so that the first request is as quick as the next. */
export async function openService({
  subject,
  label,
  threads,
  provider,
}: ServiceSpec): Promise<PuzzleService> {
  const model = await openSubject(subject, { threads, provider });
  const domain = domainOf(model.metadata, model.path);

  async function solve(request: SolveRequest, signal: AbortSignal): Promise<SolveResponse> {
    throwIfCancelled(signal);
    const startedMs = performance.now();
    const halting = request.halting ?? model.metadata.halting;
    const maximumSteps = request.maximumSteps ?? model.metadata.maximumSteps;
    const puzzles = joinPuzzles(request.puzzles.map((text, index) => domain.parse(text, index + 1)));
    const question = (row: number) => takePuzzles(puzzles, row, 1).inputs;
    const solved: SolveResponse['puzzles'] = [];
    const traces = Array.from(
      { length: puzzles.count },
      (): NonNullable<SolveResponse['puzzles'][number]['trace']> => [],
    );
    const options = {
      maximumSteps,
      rule: parseHaltingRule(halting),
      check: (row: number, answer: Int32Array) => domain.check(question(row), answer).valid,
    };
    for await (const { row, answer, signals, halted } of runRecursion(model, puzzles, options)) {
      throwIfCancelled(signal);
      const { step, haltProbability, changedCells, confidence } = signals;
      if (request.steps) {
        traces[row]?.push({ step, answer: domain.format(answer), haltProbability, changedCells, confidence });
      }
      if (!halted) continue;
      solved[row] = {
        question: domain.format(question(row)),
        answer: domain.format(answer),
        steps: step,
        haltProbability,
        ...domain.check(question(row), answer),
        ...(request.steps ? { trace: traces[row] } : {}),
      };
    }
    return { model: label, halting, maximumSteps, puzzles: solved, elapsedMs: performance.now() - startedMs };
  }

  return { solve, close: () => model.close() };
}
