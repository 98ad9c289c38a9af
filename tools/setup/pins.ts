/**
 * What is fetched, exactly: the TensorFlow release whose C library the binding is compiled against, and the Python
 * wheels (a wheel is a zip) that hold it. Every wheel is checked by its SHA-256 whichever way it came.
 */
export const TENSORFLOW_VERSION = '2.21.0'

/** `cpu` runs anywhere; `gpu` adds CUDA, for NVIDIA cards on x86-64 Linux. */
export type Variant = 'cpu' | 'gpu'

export interface PinnedWheel {
  project: string
  version: string
  file: string
  bytes: number
  sha256: string
}

/** The wheels that together make one library, or null where none of TensorFlow's wheels holds a C library to link. */
export function pinnedWheels(
  variant: Variant,
  platform: string = process.platform,
  arch: string = process.arch,
): PinnedWheel[] | null {
  return WHEELS[`${variant}-${platform}-${arch}`] ?? null
}

const CPU_LINUX_X64: PinnedWheel = {
  project: 'tensorflow-cpu',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  bytes: 273829956,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
}

const CPU_LINUX_ARM64: PinnedWheel = {
  project: 'tensorflow',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
  bytes: 281828020,
  sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
}

const CPU_MACOS_ARM64: PinnedWheel = {
  project: 'tensorflow',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl',
  bytes: 223405849,
  sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
}

const GPU_LINUX_X64: PinnedWheel = {
  project: 'tensorflow',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  bytes: 572440367,
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
}

/**
 * CUDA 12.9 and cuDNN 9.10, the wheels that TensorFlow's own `and-cuda` extra asks for (its ranges, one version pinned).
 * The names say what each holds; together 2.7 GB to download.
 */
const CUDA_LINUX_X64: PinnedWheel[] = [
  nvidia(
    'cublas',
    '12.9.1.4',
    'manylinux_2_27_x86_64',
    581242350,
    '453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2',
  ),
  nvidia(
    'cuda-cupti',
    '12.9.79',
    'manylinux_2_25_x86_64',
    10814997,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  ),
  nvidia(
    'cuda-nvcc',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    40546229,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  ),
  nvidia(
    'cuda-nvrtc',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    89568129,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ),
  nvidia(
    'cuda-runtime',
    '12.9.79',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    3493179,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ),
  nvidia(
    'cudnn',
    '9.10.2.21',
    'manylinux_2_27_x86_64',
    706758467,
    '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
  ),
  nvidia(
    'cufft',
    '11.4.1.4',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    200877592,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  ),
  nvidia(
    'curand',
    '10.3.10.19',
    'manylinux_2_27_x86_64',
    68295626,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  ),
  nvidia(
    'cusolver',
    '11.7.5.82',
    'manylinux_2_27_x86_64',
    338117415,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  ),
  nvidia(
    'cusparse',
    '12.5.10.65',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    366465088,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ),
  nvidia(
    'nccl',
    '2.28.9',
    'manylinux_2_18_x86_64',
    296782137,
    '485776daa8447da5da39681af455aa3b2c2586ddcf4af8772495e7c532c7e5ab',
  ),
  nvidia(
    'nvjitlink',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    39748338,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ),
]

/** Windows is missing on purpose: its wheel holds no C library that a binding could link (checked for 2.21.0). */
const WHEELS: Record<string, PinnedWheel[]> = {
  'cpu-linux-x64': [CPU_LINUX_X64],
  'cpu-linux-arm64': [CPU_LINUX_ARM64],
  'cpu-darwin-arm64': [CPU_MACOS_ARM64],
  'gpu-linux-x64': [GPU_LINUX_X64, ...CUDA_LINUX_X64],
}

function nvidia(
  part: string,
  version: string,
  platformTag: string,
  bytes: number,
  sha256: string,
): PinnedWheel {
  const project = `nvidia-${part}-cu12`
  const file = `${project.replaceAll('-', '_')}-${version}-py3-none-${platformTag}.whl`
  return { project, version, file, bytes, sha256 }
}
