// The device that computes, as a setting names it.

import { z } from 'zod';

export const DEVICE_PATTERN = /^(auto|cpu|cuda(:\d{1,3})?)$/;

export const deviceSchema = z
  .string()
  .regex(DEVICE_PATTERN, 'auto, cpu, cuda or cuda:N, N being a GPU as nvidia-smi numbers it')
  .meta({
    description:
      'Where training computes. auto: the first NVIDIA GPU where TensorFlow has CUDA, else the CPU; cuda:N: the N-th GPU ' +
      'of nvidia-smi, or of CUDA_VISIBLE_DEVICES where that is set; cuda: the first. TRM_DEVICE wins over this.',
  });

/** What ONNX Runtime can run a model on; all but the CPU need a device, and most of them libraries of their own. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'dml', 'coreml'] as const;
export const executionProviderSchema = z.enum(executionProviders);
export type ExecutionProvider = z.infer<typeof executionProviderSchema>;
