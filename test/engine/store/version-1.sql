-- Rows as version 1 of the schema wrote them. Never changed: a test opens them with the newest version.
INSERT INTO datasets VALUES ('puzzles', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 'sudoku', 100, 10, 1234, '2026-01-02T03:04:05.000Z');
INSERT INTO runs VALUES (7, '20260102-0304-sample-abcd', 'sample', 'finished', 'puzzles', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',
  '{"name":"sample","description":"","seed":0,"dataset":{"name":"puzzles","build":{"kind":"sudoku-csv","trainFile":"/puzzles/train.csv","testShare":0.1,"trainPuzzles":0,"testPuzzles":0,"minimumRating":0,"augmentations":0,"source":"","licence":"","seed":0}},"model":{"mixer":"mlp","hiddenSize":8,"layers":1,"expansion":2,"heads":1,"positions":"none","highCycles":1,"lowCycles":1,"puzzleEmbeddingLength":1,"puzzleEmbeddingSize":0},"halting":{"maximumSteps":4,"explorationProbability":0.1,"lossWeight":0.5},"training":{"steps":2,"batchSize":4,"learningRate":0.001,"minimumLearningRateRatio":1,"warmupSteps":0,"weightDecay":0.1,"beta1":0.9,"beta2":0.95,"ema":true,"emaRate":0.9,"puzzleEmbeddingLearningRate":0.001,"puzzleEmbeddingWeightDecay":0.1,"checkpointEverySteps":5,"keepCheckpoints":100,"executor":"auto"},"evaluation":{"everySteps":10,"batchSize":4,"maximumPuzzles":0},"export":{"opset":18,"tolerance":0.0001,"checkPuzzles":4}}',
  2, 2, 20.5, '2026-01-02T03:04:05.000Z');
INSERT INTO segments VALUES (7, 1, 0, 'captured');
INSERT INTO metric_names VALUES (3, 'loss');
INSERT INTO metrics VALUES (7, 3, 1, 1.0), (7, 3, 2, 0.5);
INSERT INTO evaluations VALUES (7, 2, 'training', 'test', 'ema', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 10, 4, 0.02,
  '{"split":"test","datasetDigest":"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","step":2,"weights":"ema","puzzleCount":10,"availablePuzzles":10,"maximumSteps":4,"exactAccuracy":{"value":0.02,"low":0.01,"high":0.51},"tokenAccuracy":{"value":0.02,"low":0.01,"high":0.51},"haltingAccuracy":{"value":0.02,"low":0.01,"high":0.51},"meanSteps":{"value":2,"low":1,"high":3},"exactAccuracyWhenHalted":{"value":0.02,"low":0.01,"high":0.51},"answerLoss":0.5,"haltingLoss":0.25,"elapsedMs":7}');
INSERT INTO checkpoints VALUES (7, 'checkpoints/step-2', 2, 1000, 1, '2026-01-02T03:04:05.000Z');
INSERT INTO exports VALUES ('sample-2', 7, 'runs/20260102-0304-sample-abcd/checkpoints/step-2', 'exports/sample-2.onnx', '{}',
  '2026-01-02T03:04:05.000Z');
INSERT INTO jobs VALUES (5, '20260102-0304-train-abcd', 'train', 'Train sample', 'failed', 7, NULL, '{}',
  '/home/someone/worker.log', NULL, '{"what":"a message"}', NULL, '2026-01-02T03:04:05.000Z', NULL,
  '2026-01-02T03:05:06.000Z');
