// What somebody does with a model: a puzzle that is entered, and the steps of its solution that are watched.

import type { BundleExample, BundleModel } from '../../../common/bundle.ts';
import { createRandom } from '../../../common/random.ts';
import type { RecursionStep } from '../../../common/solving/recursion.ts';
import { createDomain } from '../domains/table.ts';
import { type Computer, startComputer } from '../inference/computer.ts';
import type { ModelTrouble, OpenedModel, Response } from '../inference/messages.ts';

/** How long a step is shown when they are played. */
const STEP_MS = 500;

export class Session {
  readonly model: BundleModel;
  readonly domain: ReturnType<typeof createDomain>;
  puzzle: Int32Array = $state.raw(new Int32Array());
  /** The example that the puzzle is; null once it was changed. */
  example: BundleExample | null = $state.raw(null);
  /** Row of the puzzle-embedding table; of ARC, the task. */
  identifier = $state(0);
  isWatching = $state(false);
  isSolving = $state(false);
  isPlaying = $state(false);
  steps: RecursionStep[] = $state.raw([]);
  /** Index of the step that is shown. */
  shown = $state(0);
  opened: OpenedModel | null = $state.raw(null);
  loadedShare = $state(0);
  trouble: ModelTrouble | null = $state.raw(null);
  /** All steps that training had, whatever the model says. */
  takesAllSteps = $state(false);

  #computer: Computer;
  #request = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #exampleCount = 0;

  constructor(model: BundleModel) {
    this.model = model;
    this.domain = createDomain(model);
    this.puzzle = this.domain.empty();
    this.#computer = startComputer(model, (response) => this.#receive(response));
    if (model.examples.length > 0) this.takeExample(0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#computer.close();
  }

  takeExample(index: number): void {
    const example = this.model.examples[index];
    if (example === undefined) return;
    this.edit();
    this.#exampleCount = index + 1;
    this.example = example;
    this.identifier = example.identifier;
    this.puzzle = Int32Array.from(example.puzzle);
  }

  /** The next example; after the last, one made here. */
  takeNext(): void {
    const { examples } = this.model;
    if (this.#exampleCount < examples.length) {
      this.takeExample(this.#exampleCount);
      return;
    }
    const made = this.domain.make?.(createRandom(Date.now() % 2 ** 31, 'new puzzle')) ?? null;
    if (made === null) this.takeExample(0);
    else this.replace(made);
  }

  /** Another grid in place of the puzzle. */
  replace(puzzle: Int32Array): void {
    this.edit();
    this.example = null;
    this.puzzle = puzzle;
  }

  setCell(cell: number, token: number): void {
    if (this.puzzle[cell] === token) return;
    const changed = Int32Array.from(this.puzzle);
    // There is one start and one goal.
    const isSingle = this.domain.lookOf(token).look === 'end';
    if (isSingle)
      for (const [at, held] of changed.entries())
        if (held === token) changed[at] = this.domain.brushes[0]?.token ?? 0;
    changed[cell] = token;
    this.replace(changed);
  }

  edit(): void {
    clearTimeout(this.#timer);
    this.#computer.stop();
    this.#request++;
    this.isWatching = false;
    this.isSolving = false;
    this.isPlaying = false;
    this.steps = [];
    this.shown = 0;
  }

  solve(): void {
    this.edit();
    this.isWatching = true;
    this.isSolving = true;
    this.isPlaying = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    const { maximumSteps, halting } = this.model;
    this.#computer.solve({
      request: this.#request,
      puzzle: this.puzzle,
      identifier: this.identifier,
      maximumSteps,
      rule: this.takesAllSteps ? null : halting,
    });
  }

  show(index: number): void {
    clearTimeout(this.#timer);
    this.isPlaying = false;
    this.shown = Math.min(this.steps.length - 1, Math.max(0, index));
  }

  play(): void {
    if (this.shown >= this.steps.length - 1) this.shown = 0;
    this.isPlaying = true;
    this.#playOn();
  }

  #playOn(): void {
    clearTimeout(this.#timer);
    if (!this.isPlaying) return;
    this.#timer = setTimeout(() => {
      if (this.shown < this.steps.length - 1) this.shown++;
      if (this.shown < this.steps.length - 1 || this.isSolving) this.#playOn();
      else this.isPlaying = false;
    }, STEP_MS);
  }

  #receive(response: Response): void {
    if (response.type === 'loading') this.loadedShare = response.loadedBytes / response.totalBytes;
    else if (response.type === 'opened') this.opened = response.opened;
    else if (response.type === 'failed') {
      this.trouble = response.trouble;
      this.isSolving = false;
    } else if (response.request === this.#request) this.#receiveStep(response);
  }

  #receiveStep(response: Extract<Response, { type: 'step' | 'done' }>): void {
    if (response.type === 'done') {
      this.isSolving = false;
      return;
    }
    this.steps = [...this.steps, response.step];
    if (!this.isPlaying) this.shown = this.steps.length - 1;
    else if (this.steps.length === 1) this.#playOn();
  }
}
