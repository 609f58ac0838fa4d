// Sessions whose runs TensorFlow traces operation by operation.

#pragma once

#include <node_api.h>

/** Adds openTracedSession, runTracedSession and closeTracedSession to `exports`. */
void ExportTracing(napi_env env, napi_value exports);
