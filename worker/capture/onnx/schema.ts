// The few messages of ONNX's protocol buffers that a model of ours needs, and their encoding (onnx/onnx.proto).
// The graph is bytes inside the model's message, so that it can be sealed with a digest and skipped when only the
// metadata is wanted.

import protobuf from 'protobufjs';
import type { ValueType } from '../graph.ts';

const definitions = `
syntax = "proto2";
message Attribute { optional string name = 1; optional int32 type = 20; optional float f = 2; optional int64 i = 3; optional bytes s = 4; optional Tensor t = 5; optional Graph g = 6; repeated float floats = 7; repeated int64 ints = 8; }
message Tensor { repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9; }
message Node { repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4; repeated Attribute attribute = 5; optional string domain = 7; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message Shape { repeated Dimension dim = 1; }
message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
message Type { optional TensorType tensor_type = 1; }
message ValueInfo { optional string name = 1; optional Type type = 2; optional string doc_string = 3; }
message Graph { repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5; optional string doc_string = 10; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
message OperatorSet { optional string domain = 1; optional int64 version = 2; }
message StringEntry { optional string key = 1; optional string value = 2; }
message Model { optional int64 ir_version = 1; optional string producer_name = 2; optional string producer_version = 3; optional string doc_string = 6; optional bytes graph = 7; repeated OperatorSet opset_import = 8; repeated StringEntry metadata_props = 14; }
`;

const { root } = protobuf.parse(definitions, { keepCase: true });

export interface AttributeMessage {
  name: string;
  type: number;
  i?: number;
  ints?: number[];
  /** The body of a loop. */
  g?: GraphMessage;
}

export interface TensorMessage {
  name: string;
  dims: number[];
  data_type: number;
  raw_data: Uint8Array;
}

export interface NodeMessage {
  name: string;
  op_type: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
  /** The operator set that it is of; ONNX's own where absent. */
  domain?: string;
}

export interface ValueInfoMessage {
  name: string;
  doc_string: string;
  type: {
    tensor_type: { elem_type: number; shape: { dim: ({ dim_value: number } | { dim_param: string })[] } };
  };
}

export interface GraphMessage {
  name: string;
  doc_string: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: ValueInfoMessage[];
  output: ValueInfoMessage[];
}

/** What surrounds the graph in a model file. */
export interface ModelEnvelope {
  irVersion: number;
  opset: number;
  /** Versions of further operator sets, by their domains. */
  otherOpsets?: Record<string, number>;
  producerName: string;
  producerVersion: string;
  documentation: string;
  metadata: Record<string, string>;
  /** The encoded graph. */
  graph: Uint8Array;
}

/** ONNX's numbers for the types in use. */
export const typeNumbers: Readonly<Record<ValueType | 'uint8' | 'int8' | 'int64' | 'float16', number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

export const attributeTypes = { integer: 2, graph: 5, integers: 7 } as const;

/** The file format version that came with an operator set; ONNX Runtime refuses versions newer than itself. */
export function irVersionOf(opset: number): number {
  if (opset <= 18) return 8;
  return opset <= 20 ? 9 : 10;
}

export function encodeGraph(graph: GraphMessage): Uint8Array {
  const type = root.lookupType('Graph');
  return type.encode(type.create(graph)).finish();
}

/** The bytes of an .onnx file. */
export function encodeModel(model: ModelEnvelope): Uint8Array {
  const type = root.lookupType('Model');
  const message = {
    ir_version: model.irVersion,
    producer_name: model.producerName,
    producer_version: model.producerVersion,
    doc_string: model.documentation,
    graph: model.graph,
    opset_import: Object.entries({ '': model.opset, ...model.otherOpsets }).map(([domain, version]) => ({
      domain,
      version,
    })),
    metadata_props: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  return type.encode(type.create(message)).finish();
}

interface DecodedModel {
  ir_version: number;
  producer_name: string;
  producer_version: string;
  doc_string: string;
  graph: Uint8Array;
  opset_import: { domain: string; version: number }[];
  metadata_props: { key: string; value: string }[];
}

/**
 * What surrounds the graph in the bytes of an .onnx file; the graph itself is not looked into.
 * @throws Error when the bytes are no protocol buffer of this kind, for example because the file was cut short
 */
export function decodeModel(bytes: Uint8Array): ModelEnvelope {
  const type = root.lookupType('Model');
  const decoded = type.toObject(type.decode(bytes), { defaults: true, longs: Number }) as DecodedModel;
  const others = decoded.opset_import.filter(({ domain }) => domain !== '');
  return {
    irVersion: decoded.ir_version,
    opset: decoded.opset_import.find(({ domain }) => domain === '')?.version ?? 0,
    ...(others.length > 0 && {
      otherOpsets: Object.fromEntries(others.map(({ domain, version }) => [domain, version])),
    }),
    producerName: decoded.producer_name,
    producerVersion: decoded.producer_version,
    documentation: decoded.doc_string,
    metadata: Object.fromEntries(decoded.metadata_props.map(({ key, value }) => [key, value])),
    graph: decoded.graph,
  };
}
