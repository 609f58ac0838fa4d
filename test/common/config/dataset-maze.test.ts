import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mazeBuildSchema, mazeCsvBuildSchema, pathLengthOf } from '../../../common/config/dataset-maze.ts';

const counts = { kind: 'maze', trainPuzzles: 1, testPuzzles: 1 };

test('without more settings mazes are those of Maze-Hard, with their copies', () => {
  const build = mazeBuildSchema.parse(counts);
  assert.deepEqual(build, {
    ...counts,
    rows: 30,
    columns: 30,
    minimumPathLength: 0,
    minimumWallShare: 0.3,
    maximumWallShare: 0.5,
    dihedral: true,
    seed: 0,
  });
  assert.equal(pathLengthOf(build), 110);
  assert.equal(pathLengthOf({ ...build, minimumPathLength: 90 }), 90);
  assert.equal(mazeCsvBuildSchema.parse({ kind: 'maze-csv', trainFile: 'train.csv' }).dihedral, true);
});

test('sizes and limits that make no maze are refused', () => {
  const pathsOf = (settings: object) =>
    mazeBuildSchema.safeParse({ ...counts, ...settings }).error?.issues.map(({ path }) => path.join('.'));
  assert.deepEqual(pathsOf({ rows: 2, columns: 33 }), ['rows', 'columns']);
  assert.deepEqual(pathsOf({ maximumWallShare: 0.9 }), ['maximumWallShare']);
  assert.deepEqual(pathsOf({ minimumWallShare: 0.5, maximumWallShare: 0.4, minimumPathLength: 1 }), [
    'maximumWallShare',
    'minimumPathLength',
  ]);
  assert.equal(pathsOf({ rows: 3, columns: 3, minimumPathLength: 8 }), undefined);
  assert.deepEqual(pathsOf({ rows: 3, columns: 3, minimumPathLength: 9 }), ['minimumPathLength']);
});
