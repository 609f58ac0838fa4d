// What a training step is built from.

import type { HaltingSection, TrainingSection } from '../../common/config/experiment.ts';
import type { ModelSpecification } from '../model/specification.ts';

export interface TrainingSetup {
  specification: ModelSpecification;
  training: TrainingSection;
  halting: HaltingSection;
}
