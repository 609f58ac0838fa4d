#pragma once

/** Registers our fused layers with TensorFlow, once a process. Returns what went wrong, null where nothing did. */
const char* RegisterKernels();
