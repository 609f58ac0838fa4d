// Keeps, for each quantity that is compared with the reference, how far the farthest value is off and how much of the
// tolerance that uses up.

/** One row of the fidelity report. */
export interface Deviation {
  quantity: Quantity;
  /** The largest difference; relative to the tensor's largest entry where the bound is. */
  largest: number;
  /** The part of the bound that the worst value uses; above 1 the comparison fails. */
  boundUsed: number;
  /** Values compared; 0 where the golden numbers hold none. */
  values: number;
  /** Name of the golden tensor or scalar that uses most of its bound. */
  worst: string;
  passed: boolean;
}

/** What is compared, in the order of the report, with its bound in words. */
export const bounds = {
  logits: '1e-4 + 1e-4·|x|',
  'halting logits': '1e-4 + 1e-4·|x|',
  'continue logits': '1e-4 + 1e-4·|x|',
  'continue targets': '1e-4 + 1e-4·|x|',
  'carried latents': '1e-4 + 1e-4·|x|',
  'cross entropy per cell': '1e-4 + 1e-4·|x|',
  losses: '1e-4 + 1e-5·|x|',
  'answers, counts and halting': 'equal',
  gradients: '2e-4 of the largest entry',
  'puzzle-row gradients': '2e-4 of the largest entry',
  'puzzle table': '1e-5',
  'parameters after training': '2e-5 for 99.9 %, 2 × rate × steps for all',
  'EMA after training': '2e-5 for 99.9 %, 2 × rate × steps for all',
} as const;

export type Quantity = keyof typeof bounds;

/** Where comparisons are entered. */
export interface Ledger {
  /** Values within `absolute` + `relative`·|expected|. */
  close(quantity: Quantity, name: string, actual: Values, expected: Values, bound: Bound): void;
  /** Whole numbers that must be equal. */
  equal(quantity: Quantity, name: string, actual: Values, expected: Values): void;
  /** Values within `share` of the largest expected one. */
  closeToScale(quantity: Quantity, name: string, actual: Values, expected: Values, share: number): void;
  /** Values of which nearly all are within `near` and all within `far`. */
  mostlyClose(quantity: Quantity, name: string, actual: Values, expected: Values, bound: SignBound): void;
  /** The rows of the report so far, in its order. */
  deviations(): Deviation[];
  /** Names that were entered. */
  names: ReadonlySet<string>;
}

export type Values = ArrayLike<number>;

export interface Bound {
  absolute: number;
  relative: number;
}

/** Sign-like optimizers turn a rounding difference of a gradient near zero into a step of the learning rate. */
export interface SignBound {
  near: number;
  far: number;
  /** Share of all values of the quantity that may be farther off than `near`. */
  farShare: number;
}

interface Row {
  largest: number;
  boundUsed: number;
  values: number;
  worst: string;
  farValues: number;
  farShare: number;
}

export function createLedger(): Ledger {
  const rows = new Map<Quantity, Row>();
  const names = new Set<string>();

  function enter(
    quantity: Quantity,
    name: string,
    actual: Values,
    expected: Values,
    measure: (difference: number, expected: number, row: Row) => { size: number; used: number },
  ): void {
    const row = rows.get(quantity) ?? emptyRow();
    rows.set(quantity, row);
    names.add(name);
    row.values += expected.length;
    if (actual.length !== expected.length)
      note(row, name, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    for (let index = 0; index < expected.length; index++) {
      const wanted = expected[index] as number;
      const { size, used } = measure(Math.abs((actual[index] as number) - wanted), wanted, row);
      note(row, name, size, used);
    }
  }

  return {
    close: (quantity, name, actual, expected, { absolute, relative }) =>
      enter(quantity, name, actual, expected, (difference, wanted) => ({
        size: difference,
        used: difference / (absolute + relative * Math.abs(wanted)),
      })),
    equal: (quantity, name, actual, expected) =>
      enter(quantity, name, actual, expected, (difference) => ({
        size: difference,
        used: difference === 0 ? 0 : Number.POSITIVE_INFINITY,
      })),
    closeToScale(quantity, name, actual, expected, share) {
      const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      enter(quantity, name, actual, expected, (difference) => {
        const relative = difference / (largest || 1);
        return { size: relative, used: relative / share };
      });
    },
    mostlyClose: (quantity, name, actual, expected, { near, far, farShare }) =>
      enter(quantity, name, actual, expected, (difference, _, row) => {
        row.farShare = farShare;
        if (difference > near) row.farValues++;
        return { size: difference, used: difference / far };
      }),
    deviations: () =>
      (Object.keys(bounds) as Quantity[]).map((quantity) => deviationOf(quantity, rows.get(quantity))),
    names,
  };
}

function emptyRow(): Row {
  return { largest: 0, boundUsed: 0, values: 0, worst: '', farValues: 0, farShare: 0 };
}

/** What is no number is as far off as can be. */
function note(row: Row, name: string, size: number, used: number): void {
  const exceeds = Number.isNaN(used) ? Number.POSITIVE_INFINITY : used;
  row.largest = Math.max(row.largest, Number.isNaN(size) ? Number.POSITIVE_INFINITY : size);
  if (row.worst !== '' && exceeds <= row.boundUsed) return;
  row.boundUsed = exceeds;
  row.worst = name;
}

function deviationOf(quantity: Quantity, row: Row = emptyRow()): Deviation {
  const { largest, values, worst, farValues, farShare } = row;
  const boundUsed = Math.max(row.boundUsed, farValues === 0 ? 0 : farValues / (farShare * values));
  return { quantity, largest, boundUsed, values, worst, passed: boundUsed <= 1 };
}
