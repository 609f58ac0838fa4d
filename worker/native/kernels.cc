// The fused layers as TensorFlow operations for the CPU, through TensorFlow's C interface.

#include "kernels.h"

#include <tensorflow/c/ops.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <new>
#include <string>
#include <vector>

#include "attention.h"
#include "swiglu.h"
#include "tensorflow_kernels.h"

namespace {

using Shape = std::vector<int64_t>;

/** Large memory comes fresh from the system each time: in few large pages it costs less. */
void preferHugePages(void* data, size_t size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t pageSize = 4096;
  const uintptr_t start = (reinterpret_cast<uintptr_t>(data) + pageSize - 1) / pageSize * pageSize;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + size) / pageSize * pageSize;
  if (end > start) madvise(reinterpret_cast<void*>(start), end - start, MADV_HUGEPAGE);
#else
  (void)data;
  (void)size;
#endif
}

/** A call of an operation: its inputs and outputs, released at the end. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;

  TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    return own(tensor);
  }

  const float* values(int index) { return static_cast<const float*>(TF_TensorData(input(index))); }

  float* output(int index, const Shape& shape) {
    size_t size = sizeof(float);
    for (int64_t length : shape) size *= static_cast<size_t>(length);
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), size,
                                          status_);
    return static_cast<float*>(TF_TensorData(own(tensor)));
  }

  /** An output of `size` floats that a gradient gets, or of none where nothing is kept. */
  float* keptOutput(int index, bool keeps, long size) {
    float* kept = output(index, {keeps ? size : 0});
    if (!keeps) return nullptr;
    preferHugePages(kept, size * sizeof(float));
    return kept;
  }

  /** What `keptOutput` wrote, null where that was nothing. */
  const float* keptValues(int index) {
    TF_Tensor* tensor = input(index);
    return TF_TensorElementCount(tensor) == 0 ? nullptr : static_cast<const float*>(TF_TensorData(tensor));
  }

  void fail(TF_Code code, const char* message) { TF_SetStatus(status_, code, message); }

 private:
  /** @throws std::bad_alloc where TensorFlow gave none: its status says why */
  TF_Tensor* own(TF_Tensor* tensor) {
    if (TF_GetCode(status_) != TF_OK || tensor == nullptr) throw std::bad_alloc();
    tensors_.push_back(tensor);
    return tensor;
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

Shape shapeOf(const TF_Tensor* tensor) {
  Shape shape(TF_NumDims(tensor));
  for (size_t axis = 0; axis < shape.size(); axis++) shape[axis] = TF_Dim(tensor, static_cast<int>(axis));
  return shape;
}

template <typename Body>
void guarded(TF_OpKernelContext* context, Body body) {
  Call call(context);
  try {
    body(call);
  } catch (const std::bad_alloc&) {
    call.fail(TF_RESOURCE_EXHAUSTED, "OOM in a fused layer: the machine's memory is used up");
  }
}

bool booleanAttribute(TF_OpKernelConstruction* construction, const char* name) {
  unsigned char value = 0;
  TF_Status* status = TF_NewStatus();
  TF_OpKernelConstruction_GetAttrBool(construction, name, &value, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return value != 0;
}

int integerAttribute(TF_OpKernelConstruction* construction, const char* name) {
  int32_t value = 0;
  TF_Status* status = TF_NewStatus();
  TF_OpKernelConstruction_GetAttrInt32(construction, name, &value, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return value;
}

// The SwiGLU block.

struct SwigluSettings {
  bool featuresFirst;
  bool keeps;
};

void* createSwiglu(TF_OpKernelConstruction* construction) {
  return new SwigluSettings{booleanAttribute(construction, "features_first"), booleanAttribute(construction, "keeps")};
}

void deleteSwiglu(void* settings) { delete static_cast<SwigluSettings*>(settings); }

trm::Layout layoutOf(const Shape& shape, bool featuresFirst) {
  if (featuresFirst) return {shape[1], static_cast<int>(shape[0]), true};
  return {shape[0], static_cast<int>(shape[1]), false};
}

trm::SwigluWeights swigluWeights(Call& call, int gateUp, int down) {
  const Shape shape = shapeOf(call.input(down));
  return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), call.values(gateUp), call.values(down)};
}

/** x, gate_up, down → y, inverse, kept */
void computeSwiglu(void* settings, TF_OpKernelContext* context) {
  guarded(context, [&](Call& call) {
    const Shape shape = shapeOf(call.input(0));
    const auto [featuresFirst, keeps] = *static_cast<SwigluSettings*>(settings);
    const trm::Layout layout = layoutOf(shape, featuresFirst);
    const trm::SwigluWeights weights = swigluWeights(call, 1, 2);
    float* kept = call.keptOutput(2, keeps, trm::swigluKeptSize(layout, weights));
    trm::swigluForward(layout, weights, call.values(0), call.output(0, shape), call.output(1, {layout.items}), kept);
  });
}

/** x, gate_up, down, y, inverse, kept, dy → dx, dgate_up, ddown */
void computeSwigluGradient(void* settings, TF_OpKernelContext* context) {
  guarded(context, [&](Call& call) {
    const Shape shape = shapeOf(call.input(0));
    const trm::Layout layout = layoutOf(shape, static_cast<SwigluSettings*>(settings)->featuresFirst);
    const trm::SwigluWeights weights = swigluWeights(call, 1, 2);
    const trm::SwigluGradients gradients = {call.output(0, shape), call.output(1, shapeOf(call.input(1))),
                                            call.output(2, shapeOf(call.input(2)))};
    trm::swigluBackward(layout, weights, call.values(0), call.values(3), call.values(4), call.keptValues(5),
                        call.values(6), gradients);
  });
}

// The attention block.

struct AttentionSettings {
  int heads;
  int tokens;
  bool rotary;
  bool keeps;
};

void* createAttention(TF_OpKernelConstruction* construction) {
  return new AttentionSettings{integerAttribute(construction, "heads"), integerAttribute(construction, "tokens"),
                               booleanAttribute(construction, "rotary"), booleanAttribute(construction, "keeps")};
}

void deleteAttention(void* settings) { delete static_cast<AttentionSettings*>(settings); }

trm::AttentionShape attentionShape(Call& call, const AttentionSettings& settings) {
  const Shape rows = shapeOf(call.input(0));
  const Shape output = shapeOf(call.input(2));
  return {rows[0], static_cast<int>(rows[1]), static_cast<int>(output[1]), settings.heads, settings.tokens};
}

trm::AttentionWeights attentionWeights(Call& call, const AttentionSettings& settings) {
  return {call.values(1), call.values(2), settings.rotary ? call.values(3) : nullptr,
          settings.rotary ? call.values(4) : nullptr};
}

/** x, query_key_value, output, cosine, sine → y, inverse, kept */
void computeAttention(void* opaque, TF_OpKernelContext* context) {
  guarded(context, [&](Call& call) {
    const AttentionSettings& settings = *static_cast<AttentionSettings*>(opaque);
    const trm::AttentionShape shape = attentionShape(call, settings);
    float* kept = call.keptOutput(2, settings.keeps, trm::attentionKeptSize(shape));
    trm::attentionForward(shape, attentionWeights(call, settings), call.values(0),
                          call.output(0, shapeOf(call.input(0))), call.output(1, {shape.rows}), kept);
  });
}

/** x, query_key_value, output, cosine, sine, y, inverse, kept, dy → dx, dquery_key_value, doutput */
void computeAttentionGradient(void* opaque, TF_OpKernelContext* context) {
  guarded(context, [&](Call& call) {
    const AttentionSettings& settings = *static_cast<AttentionSettings*>(opaque);
    const trm::AttentionShape shape = attentionShape(call, settings);
    const trm::AttentionGradients gradients = {call.output(0, shapeOf(call.input(0))),
                                               call.output(1, shapeOf(call.input(1))),
                                               call.output(2, shapeOf(call.input(2)))};
    trm::attentionBackward(shape, attentionWeights(call, settings), call.values(0), call.values(5), call.values(6),
                           call.keptValues(7), call.values(8), gradients);
  });
}

// Registration.

struct Operation {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void*, TF_OpKernelContext*);
  void (*destroy)(void*);
};

/** The shapes of the outputs need not be known before a step runs. */
void unknownShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

void registerOperation(const Operation& operation, TF_Status* status) {
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : operation.outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, unknownShapes);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_KernelBuilder* kernel =
      TF_NewKernelBuilder(operation.name, "CPU", operation.create, operation.compute, operation.destroy);
  TF_RegisterKernelBuilder(operation.name, kernel, status);
}

}  // namespace

const char* RegisterKernels() {
  static std::string problem;
  static bool registered = false;
  if (registered) return problem.empty() ? nullptr : problem.c_str();
  registered = true;
  const std::vector<Operation> operations = {
      {"TrmSwiglu",
       {"x: float", "gate_up: float", "down: float"},
       {"y: float", "inverse: float", "kept: float"},
       {"features_first: bool", "keeps: bool"},
       createSwiglu,
       computeSwiglu,
       deleteSwiglu},
      {"TrmSwigluGradient",
       {"x: float", "gate_up: float", "down: float", "y: float", "inverse: float", "kept: float", "dy: float"},
       {"dx: float", "dgate_up: float", "ddown: float"},
       {"features_first: bool", "keeps: bool"},
       createSwiglu,
       computeSwigluGradient,
       deleteSwiglu},
      {"TrmAttention",
       {"x: float", "query_key_value: float", "output: float", "cosine: float", "sine: float"},
       {"y: float", "inverse: float", "kept: float"},
       {"heads: int", "tokens: int", "rotary: bool", "keeps: bool"},
       createAttention,
       computeAttention,
       deleteAttention},
      {"TrmAttentionGradient",
       {"x: float", "query_key_value: float", "output: float", "cosine: float", "sine: float", "y: float",
        "inverse: float", "kept: float", "dy: float"},
       {"dx: float", "dquery_key_value: float", "doutput: float"},
       {"heads: int", "tokens: int", "rotary: bool", "keeps: bool"},
       createAttention,
       computeAttentionGradient,
       deleteAttention},
  };
  TF_Status* status = TF_NewStatus();
  for (const Operation& operation : operations) {
    registerOperation(operation, status);
    if (TF_GetCode(status) == TF_OK) continue;
    problem = TF_Message(status);
    break;
  }
  TF_DeleteStatus(status);
  return problem.empty() ? nullptr : problem.c_str();
}
