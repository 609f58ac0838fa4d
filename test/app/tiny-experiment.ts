// An experiment that is over in seconds: what it learns does not matter, that everything happens does.

export const tinyExperiment = `name: tiny
dataset:
  name: tiny-sudoku
  build: { kind: sudoku, size: 4, trainPuzzles: 200, testPuzzles: 40, testShare: 0.3 }
model: { mixer: mlp, hiddenSize: 32, highCycles: 1, lowCycles: 1, puzzleEmbeddingLength: 2 }
halting: { maximumSteps: 4 }
training: { steps: 30, batchSize: 16, warmupSteps: 5 }
evaluation: { everySteps: 15 }
`;
