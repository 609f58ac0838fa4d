// Our native addon: loading it registers the fused layers with TensorFlow and offers traced sessions.

#include <node_api.h>

#include "kernels.h"
#include "trace.h"

static napi_value Init(napi_env env, napi_value exports) {
  const char* problem = RegisterKernels();
  if (problem != nullptr) {
    napi_throw_error(env, nullptr, problem);
    return nullptr;
  }
  ExportTracing(env, exports);
  return exports;
}

NAPI_MODULE(trm_native, Init)
