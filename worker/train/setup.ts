// What a training step is built from.

import type { HaltingSection } from '../../common/config/experiment.ts';
import type { TrainingSection } from '../../common/config/training.ts';
import type { ModelSpecification } from '../model/specification.ts';

export interface TrainingSetup {
  specification: ModelSpecification;
  training: TrainingSection;
  halting: HaltingSection;
}
