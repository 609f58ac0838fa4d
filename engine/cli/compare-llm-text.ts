// A comparison with a language model, as people read it: measured rows first, published ones below, each marked.

import type { ComparisonResult, Pairing } from '../../common/language-model/comparison.ts';
import { formatCost } from '../../common/language-model/transmission.ts';
import { formatFacts, formatShareEstimate, formatTable } from './format.ts';
import {
  describeFailures,
  describeLatency,
  describeSent,
  describeSpending,
  formatMs,
} from './language-model-text.ts';

export function describeComparison(trmName: string, result: ComparisonResult): string {
  const { puzzles, availablePuzzles, dataset, trm, languageModel, endpoint } = result;
  const pairings = tellingPairings(result);
  const part = puzzles < availablePuzzles ? ` of ${availablePuzzles}` : '';
  const left = puzzles - languageModel.measured;
  const facts: [string, string][] = [
    ['puzzles', `${puzzles}${part} test puzzles of ${dataset}`],
    ...describeLatency('TRM', trm.latency),
    ...describeLatency(endpoint.model, languageModel.latency),
    ...(result.dryRun ? [] : describeSpending(languageModel.spending, puzzles)),
  ];
  const leftOut =
    left === 0 || result.dryRun
      ? []
      : [
          `${left} of ${puzzles} puzzles are not compared: the endpoint failed on them, which says nothing of the model.`,
        ];
  return [
    formatFacts(facts),
    describeRows(trmName, result),
    ...pairings.map((pairing) => describePairing(pairing, endpoint.model)),
    ...leftOut,
    ...describeFailures(languageModel.failures),
    ...describeSent(result),
  ].join('\n\n');
}

function describeRows(trmName: string, result: ComparisonResult): string {
  const { dataset, languageModel, trm, endpoint, published } = result;
  const measured = tellingPairings(result).flatMap(
    ({ metric, trm: ownShare, languageModel: otherShare, puzzles }) => {
      const on = `${dataset}, ${puzzles} puzzles${metric === 'exact' ? '' : ', by the rules'}`;
      const { spending, latency } = languageModel;
      const cost = spending.cost === null ? '-' : formatCost(spending.cost / Math.max(1, puzzles));
      return [
        [trmName, on, formatShareEstimate(ownShare), formatMs(trm.latency?.p50Ms ?? 0), '-', 'measured'],
        [
          endpoint.model,
          on,
          formatShareEstimate(otherShare),
          formatMs(latency?.p50Ms ?? 0),
          cost,
          'measured',
        ],
      ];
    },
  );
  const alone =
    measured.length > 0
      ? []
      : [
          [
            trmName,
            `${dataset}, ${result.puzzles} puzzles`,
            formatShareEstimate(trm.exact),
            formatMs(trm.latency?.p50Ms ?? 0),
            '-',
            'measured',
          ],
          [endpoint.model, dataset, 'not measured', '-', '-', '-'],
        ];
  const rows = published.benchmarks.flatMap((benchmark) =>
    published.results.flatMap(({ model, exact, source }) => {
      const value = exact[benchmark];
      return value === undefined ? [] : [[model, benchmark, `${value} %`, '-', '-', `published, ${source}`]];
    }),
  );
  const table = formatTable(
    ['model', 'on', 'exact accuracy', 'p50', 'cost each', ''],
    [...measured, ...alone, ...rows],
  );
  if (rows.length === 0) return `${table}\n\nNothing is published for this kind of puzzle.`;
  const tries = result.domain === 'arc' ? ' Published ARC results have two tries, measured ones one.' : '';
  return `${table}\n\nPublished rows are of the benchmarks' own test puzzles, not of those measured here.${tries}`;
}

/** Without those that say the same as the first: of a Sudoku only the known answer keeps the rules. */
function tellingPairings({ pairings }: ComparisonResult): Pairing[] {
  const countsOf = ({ both, onlyTrm, onlyLanguageModel }: Pairing) =>
    [both, onlyTrm, onlyLanguageModel].join();
  const [first] = pairings;
  return pairings.filter(
    (pairing) => pairing === first || first === undefined || countsOf(pairing) !== countsOf(first),
  );
}

function describePairing(pairing: Pairing, languageModel: string): string {
  const { metric, puzzles, both, onlyTrm, onlyLanguageModel, neither, pValue } = pairing;
  const way = metric === 'exact' ? 'exact' : 'by the rules';
  const p = pValue < 0.001 ? pValue.toExponential(1) : pValue.toFixed(3);
  return (
    `On the same ${puzzles} puzzles, ${way}: both right ${both}, only the TRM ${onlyTrm}, only ${languageModel} ` +
    `${onlyLanguageModel}, neither ${neither}; McNemar p = ${p}`
  );
}
