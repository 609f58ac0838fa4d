// Runs a saved model in a session of its own and hands out what TensorFlow notes of each operation: times, threads and
// memory. tfjs's own binding gives a run no options, so that it cannot ask for them.
//
//   openTracedSession(folder, tag) → session
//   runTracedSession(session, feeds, fetches, trace) → { outputs, metadata }
//   closeTracedSession(session)
//
// A feed is { name, type, shape, data }: type is TensorFlow's number, data a typed array. An output is the same without
// a name, its data an ArrayBuffer. Names are NODE:OUTPUT. `metadata` holds the bytes of a RunMetadata, null without a
// trace. A session that is forgotten is closed with its object.

#include "trace.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace {

// RunOptions { trace_level: FULL_TRACE }: field 1, value 3.
const unsigned char kFullTrace[] = {0x08, 0x03};

struct Free {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
  void operator()(TF_Buffer* buffer) const { TF_DeleteBuffer(buffer); }
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
  void operator()(TF_SessionOptions* options) const { TF_DeleteSessionOptions(options); }
};
template <typename Kind>
using Owned = std::unique_ptr<Kind, Free>;

void Check(const TF_Status* status) {
  if (TF_GetCode(status) != TF_OK) throw std::runtime_error(TF_Message(status));
}

void CheckNapi(napi_status status, const char* what) {
  if (status != napi_ok) throw std::runtime_error(std::string("the traced session was given no valid ") + what);
}

class TracedSession {
 public:
  TracedSession(const std::string& folder, const std::string& tag) : graph_(TF_NewGraph()) {
    Owned<TF_Status> status(TF_NewStatus());
    Owned<TF_SessionOptions> options(TF_NewSessionOptions());
    const char* tags[] = {tag.c_str()};
    session_ = TF_LoadSessionFromSavedModel(options.get(), nullptr, folder.c_str(), tags, 1, graph_, nullptr,
                                            status.get());
    if (TF_GetCode(status.get()) == TF_OK) return;
    TF_DeleteGraph(graph_);
    throw std::runtime_error(TF_Message(status.get()));
  }
  TracedSession(const TracedSession&) = delete;
  TracedSession& operator=(const TracedSession&) = delete;
  ~TracedSession() { Close(); }

  void Close() {
    if (session_ == nullptr) return;
    Owned<TF_Status> status(TF_NewStatus());
    TF_CloseSession(session_, status.get());
    TF_DeleteSession(session_, status.get());
    TF_DeleteGraph(graph_);
    session_ = nullptr;
  }

  /** The output that NODE:NUMBER names. */
  TF_Output Find(const std::string& name) const {
    if (session_ == nullptr) throw std::runtime_error("the traced session is closed");
    const size_t colon = name.rfind(':');
    const std::string node = name.substr(0, colon);
    TF_Operation* operation = TF_GraphOperationByName(graph_, node.c_str());
    if (operation == nullptr) throw std::runtime_error("the graph has no node " + node);
    const int index = colon == std::string::npos ? 0 : std::atoi(name.c_str() + colon + 1);
    if (index < 0 || index >= TF_OperationNumOutputs(operation))
      throw std::runtime_error("the node " + node + " has no output " + std::to_string(index));
    return {operation, index};
  }

  /** Runs once; `metadata` may be null. */
  std::vector<Owned<TF_Tensor>> Run(const std::vector<TF_Output>& feeds, const std::vector<Owned<TF_Tensor>>& values,
                                    const std::vector<TF_Output>& fetches, TF_Buffer* metadata) {
    Owned<TF_Status> status(TF_NewStatus());
    Owned<TF_Buffer> options(metadata == nullptr ? nullptr : TF_NewBufferFromString(kFullTrace, sizeof(kFullTrace)));
    std::vector<TF_Tensor*> inputs;
    for (const auto& value : values) inputs.push_back(value.get());
    std::vector<TF_Tensor*> fetched(fetches.size(), nullptr);
    TF_SessionRun(session_, options.get(), feeds.data(), inputs.data(), static_cast<int>(feeds.size()), fetches.data(),
                  fetched.data(), static_cast<int>(fetches.size()), nullptr, 0, metadata, status.get());
    std::vector<Owned<TF_Tensor>> outputs;
    for (TF_Tensor* tensor : fetched) outputs.emplace_back(tensor);
    Check(status.get());
    return outputs;
  }

 private:
  TF_Graph* graph_;
  TF_Session* session_ = nullptr;
};

std::string ReadString(napi_env env, napi_value value) {
  size_t length = 0;
  CheckNapi(napi_get_value_string_utf8(env, value, nullptr, 0, &length), "string");
  std::string text(length, '\0');
  CheckNapi(napi_get_value_string_utf8(env, value, text.data(), length + 1, &length), "string");
  return text;
}

napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  CheckNapi(napi_get_named_property(env, object, name, &value), name);
  return value;
}

std::vector<napi_value> ReadList(napi_env env, napi_value list) {
  uint32_t length = 0;
  CheckNapi(napi_get_array_length(env, list, &length), "list");
  std::vector<napi_value> values(length);
  for (uint32_t index = 0; index < length; index++)
    CheckNapi(napi_get_element(env, list, index, &values[index]), "element of a list");
  return values;
}

Owned<TF_Tensor> ReadTensor(napi_env env, napi_value feed) {
  int32_t type = 0;
  CheckNapi(napi_get_value_int32(env, Property(env, feed, "type"), &type), "type");
  std::vector<int64_t> shape;
  for (napi_value size : ReadList(env, Property(env, feed, "shape"))) {
    int64_t number = 0;
    CheckNapi(napi_get_value_int64(env, size, &number), "shape");
    shape.push_back(number);
  }
  napi_value buffer;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_typedarray_type kind;
  CheckNapi(napi_get_typedarray_info(env, Property(env, feed, "data"), &kind, &length, &data, &buffer, &offset),
            "data");
  size_t bytes = TF_DataTypeSize(static_cast<TF_DataType>(type));
  for (int64_t size : shape) bytes *= static_cast<size_t>(size);
  const size_t element = kind == napi_int8_array || kind == napi_uint8_array || kind == napi_uint8_clamped_array ? 1
                         : kind == napi_int16_array || kind == napi_uint16_array                                 ? 2
                         : kind == napi_float64_array || kind == napi_bigint64_array || kind == napi_biguint64_array
                             ? 8
                             : 4;
  if (length * element != bytes)
    throw std::runtime_error("a feed holds " + std::to_string(length * element) + " bytes, not the " +
                             std::to_string(bytes) + " of its shape");
  Owned<TF_Tensor> tensor(
      TF_AllocateTensor(static_cast<TF_DataType>(type), shape.data(), static_cast<int>(shape.size()), bytes));
  if (bytes > 0) std::memcpy(TF_TensorData(tensor.get()), data, bytes);
  return tensor;
}

napi_value MakeBytes(napi_env env, const void* data, size_t bytes) {
  napi_value buffer;
  void* target = nullptr;
  CheckNapi(napi_create_arraybuffer(env, bytes, &target, &buffer), "memory");
  if (bytes > 0) std::memcpy(target, data, bytes);
  return buffer;
}

napi_value MakeOutput(napi_env env, TF_Tensor* tensor) {
  napi_value output, type, shape;
  CheckNapi(napi_create_object(env, &output), "object");
  CheckNapi(napi_create_int32(env, TF_TensorType(tensor), &type), "type");
  CheckNapi(napi_create_array(env, &shape), "shape");
  for (int axis = 0; axis < TF_NumDims(tensor); axis++) {
    napi_value size;
    CheckNapi(napi_create_int64(env, TF_Dim(tensor, axis), &size), "shape");
    CheckNapi(napi_set_element(env, shape, static_cast<uint32_t>(axis), size), "shape");
  }
  CheckNapi(napi_set_named_property(env, output, "type", type), "type");
  CheckNapi(napi_set_named_property(env, output, "shape", shape), "shape");
  napi_value data = MakeBytes(env, TF_TensorData(tensor), TF_TensorByteSize(tensor));
  CheckNapi(napi_set_named_property(env, output, "data", data), "data");
  return output;
}

TracedSession* ReadSession(napi_env env, napi_value value) {
  void* session = nullptr;
  CheckNapi(napi_get_value_external(env, value, &session), "session");
  return static_cast<TracedSession*>(session);
}

napi_value Open(napi_env env, const std::vector<napi_value>& arguments) {
  auto session =
      std::make_unique<TracedSession>(ReadString(env, arguments.at(0)), ReadString(env, arguments.at(1)));
  napi_value external;
  const auto forget = [](napi_env, void* data, void*) { delete static_cast<TracedSession*>(data); };
  CheckNapi(napi_create_external(env, session.get(), forget, nullptr, &external), "session");
  session.release();
  return external;
}

napi_value Run(napi_env env, const std::vector<napi_value>& arguments) {
  TracedSession* session = ReadSession(env, arguments.at(0));
  std::vector<TF_Output> feeds, fetches;
  std::vector<Owned<TF_Tensor>> values;
  for (napi_value feed : ReadList(env, arguments.at(1))) {
    feeds.push_back(session->Find(ReadString(env, Property(env, feed, "name"))));
    values.push_back(ReadTensor(env, feed));
  }
  for (napi_value name : ReadList(env, arguments.at(2))) fetches.push_back(session->Find(ReadString(env, name)));
  bool trace = false;
  CheckNapi(napi_get_value_bool(env, arguments.at(3), &trace), "wish for a trace");
  Owned<TF_Buffer> metadata(trace ? TF_NewBuffer() : nullptr);

  const auto tensors = session->Run(feeds, values, fetches, metadata.get());

  napi_value result, outputs, bytes;
  CheckNapi(napi_create_object(env, &result), "object");
  CheckNapi(napi_create_array(env, &outputs), "list");
  for (uint32_t index = 0; index < tensors.size(); index++)
    CheckNapi(napi_set_element(env, outputs, index, MakeOutput(env, tensors[index].get())), "output");
  CheckNapi(napi_get_null(env, &bytes), "null");
  if (metadata) bytes = MakeBytes(env, metadata->data, metadata->length);
  CheckNapi(napi_set_named_property(env, result, "outputs", outputs), "outputs");
  CheckNapi(napi_set_named_property(env, result, "metadata", bytes), "metadata");
  return result;
}

napi_value Close(napi_env env, const std::vector<napi_value>& arguments) {
  ReadSession(env, arguments.at(0))->Close();
  return nullptr;
}

/** Calls `Function` with the arguments of the call; a C++ exception becomes one of JavaScript. */
template <napi_value (*Function)(napi_env, const std::vector<napi_value>&)>
napi_value Call(napi_env env, napi_callback_info info) {
  size_t count = 4;
  std::vector<napi_value> arguments(count);
  napi_get_cb_info(env, info, &count, arguments.data(), nullptr, nullptr);
  try {
    return Function(env, arguments);
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok)
    napi_set_named_property(env, exports, name, function);
}

}  // namespace

void ExportTracing(napi_env env, napi_value exports) {
  Export(env, exports, "openTracedSession", Call<Open>);
  Export(env, exports, "runTracedSession", Call<Run>);
  Export(env, exports, "closeTracedSession", Call<Close>);
}
