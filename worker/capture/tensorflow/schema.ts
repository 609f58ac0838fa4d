// The few messages of TensorFlow's protocol buffers that a saved model of ours needs, and their encoding
// (tensorflow/core/protobuf/saved_model.proto, framework/graph.proto, node_def.proto, attr_value.proto).

import protobuf from 'protobufjs';
import type { ValueType } from '../graph.ts';

const definitions = `
syntax = "proto3";
message Dim { int64 size = 1; }
message Shape { repeated Dim dim = 2; }
message TensorProto { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }
message ListValue { repeated int32 type = 6; }
message NameAttrList { string name = 1; }
message AttrValue { oneof value { ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; Shape shape = 7; TensorProto tensor = 8; NameAttrList func = 10; } }
message NodeDef { string name = 1; string op = 2; repeated string input = 3; string device = 4; map<string, AttrValue> attr = 5; }
message VersionDef { int32 producer = 1; }
message ArgDef { string name = 1; int32 type = 3; }
message OpDef { string name = 1; repeated ArgDef input_arg = 2; repeated ArgDef output_arg = 3; }
message FunctionDef { OpDef signature = 1; repeated NodeDef node_def = 3; map<string, string> ret = 4; map<string, AttrValue> attr = 5; }
message FunctionLibrary { repeated FunctionDef function = 1; }
message GraphDef { repeated NodeDef node = 1; FunctionLibrary library = 2; VersionDef versions = 4; }
message MetaInfo { repeated string tags = 4; }
message MetaGraphDef { MetaInfo meta_info_def = 1; GraphDef graph_def = 2; }
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
`;

export interface ShapeMessage {
  dim: { size: number }[];
}

export type AttributeMessage =
  | { s: Uint8Array }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { type: number }
  | { shape: ShapeMessage }
  | { list: { type: number[] } }
  | { func: { name: string } }
  | { tensor: { dtype: number; tensor_shape: ShapeMessage; tensor_content: Uint8Array } };

export interface NodeMessage {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, AttributeMessage>;
}

export interface ArgumentMessage {
  name: string;
  type: number;
}

/** A function of the graph's library; `ret` says which value each output is. */
export interface FunctionMessage {
  signature: { name: string; input_arg: ArgumentMessage[]; output_arg: ArgumentMessage[] };
  node_def: NodeMessage[];
  ret: Record<string, string>;
  attr: Record<string, AttributeMessage>;
}

/** A graph with the functions that it calls. */
export interface GraphMessage {
  nodes: NodeMessage[];
  functions: FunctionMessage[];
}

/** The types of the emitted graph: those that are recorded, and bfloat16, which tfjs does not know. */
export type EmittedType = ValueType | 'bfloat16';

/** TensorFlow's numbers for the types in use. */
export const typeNumbers = { float32: 1, int32: 3, bool: 10, bfloat16: 14 } as const satisfies Record<
  EmittedType,
  number
>;

export const SAVED_MODEL_TAG = 'serve';

/** The graph version that TensorFlow 2.21 writes. */
const GRAPH_PRODUCER = 1882;

/** The bytes of `saved_model.pb` for a graph. */
export function encodeSavedModel({ nodes, functions }: GraphMessage): Uint8Array {
  const savedModel = protobuf.parse(definitions, { keepCase: true }).root.lookupType('SavedModel');
  const message = {
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: [SAVED_MODEL_TAG] },
        graph_def: {
          node: nodes,
          library: { function: functions },
          versions: { producer: GRAPH_PRODUCER },
        },
      },
    ],
  };
  return savedModel.encode(savedModel.create(message)).finish();
}
