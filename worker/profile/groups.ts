// Kinds of operations as a profile groups them, whatever a library calls them.

const MATRIX_PRODUCT = 'matrix product';
const FUSED = 'fused kernel';

const groups: Readonly<Record<string, readonly string[]>> = {
  [MATRIX_PRODUCT]: [
    'MatMul',
    'BatchMatMul',
    'BatchMatMulV2',
    'BatchMatMulV3',
    'FusedMatMul',
    'FusedBatchMatMulV2',
  ],
  reduction: ['Sum', 'Mean', 'Max', 'Min', 'ArgMax', 'Softmax', 'All', 'Any'],
  'data movement': [
    ...[
      'Transpose',
      'ConcatV2',
      'Concat',
      'Slice',
      'StridedSlice',
      'Split',
      'SplitV',
      'PadV2',
      'Pad',
      'Tile',
    ],
    ...[
      'GatherV2',
      'OneHot',
      'Reshape',
      'ExpandDims',
      'Squeeze',
      'Pack',
      'Unpack',
      'BroadcastTo',
      'Snapshot',
    ],
  ],
  conversion: ['Cast'],
  constants: ['Const', 'Fill', 'ZerosLike', 'OnesLike', 'HostConst'],
  state: [
    ...['VarHandleOp', 'ReadVariableOp', 'AssignVariableOp', 'ResourceGather', 'ResourceScatterUpdate'],
    ...['AssignAddVariableOp', 'ResourceApplyAdam'],
  ],
  'compiled cluster': [
    'XlaLaunch',
    'XlaRun',
    'XlaCompile',
    'XlaMerge',
    'StatefulPartitionedCall',
    'PartitionedCall',
  ],
  bookkeeping: [
    'NoOp',
    'Identity',
    'IdentityN',
    'Arg',
    'Retval',
    'Send',
    'Recv',
    'HostSend',
    'HostRecv',
    'SOURCE',
    'SINK',
  ],
  'element-wise': [
    ...[
      'Abs',
      'Add',
      'AddN',
      'AddV2',
      'Atan2',
      'Div',
      'Equal',
      'Exp',
      'FusedMulAdd',
      'Greater',
      'GreaterEqual',
      'Less',
    ],
    ...[
      'LessEqual',
      'Log',
      'Log1p',
      'LogicalAnd',
      'LogicalNot',
      'LogicalOr',
      'Maximum',
      'Minimum',
      'Mul',
      'Multiply',
    ],
    ...[
      'Neg',
      'NotEqual',
      'RealDiv',
      'Reciprocal',
      'Relu',
      'Rsqrt',
      'RsqrtGrad',
      'Select',
      'SelectV2',
      'Sigmoid',
    ],
    ...['Sign', 'Sqrt', 'Square', 'SquaredDifference', 'Sub', 'Tanh', 'Inv', 'TanhGrad', 'SigmoidGrad'],
  ],
};

const groupByOperation = new Map(
  Object.entries(groups).flatMap(([group, names]) => names.map((name) => [name, group] as const)),
);

/** The kind of an operation; those of our own addon are fused kernels. */
export function groupOf(operation: string): string {
  if (operation.startsWith('Trm')) return FUSED;
  const plain = operation.replace(/^_*(Mkl|OneDnn)?(Native)?_*/, '');
  return groupByOperation.get(plain) ?? 'other';
}

/** Whether an operation multiplies matrices, so that its floating-point operations follow from its shapes. */
export function multiplies(operation: string): boolean {
  return [MATRIX_PRODUCT, FUSED].includes(groupOf(operation));
}
