import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What the binding is taught before it is compiled:
 * - Lists of strings and of types as attributes of an op; tfjs-node passes lists of numbers only. oneDNN's fused convolution
 *   wants both (`fused_ops`, `TArgs`).
 * - Large results as they are: the array that JavaScript gets is the tensor's own memory, kept until the array is garbage.
 *   tfjs-node copies it into fresh memory, 10 ms for a picture of a megapixel. Where a runtime takes no memory of others
 *   (Electron's does not) it is copied as before.
 *
 * Where the source is another than expected it is left as it is: fused-convolution.ts finds out at run time, and does
 * without.
 */
export async function patchBinding(bindingFolder: string): Promise<void> {
  const file = join(bindingFolder, 'tfjs_backend.cc')
  const source = await readFile(file, 'utf8')
  await writeFile(file, patched(source))
}

/** Exported for its test. */
export function patched(source: string): string {
  const known = ADDITIONS.every(({ after }) => source.split(after).length === 2)
  if (!known) return source
  return ADDITIONS.reduce((text, { after, add }) => text.replace(after, () => after + add), source)
}

const ADDITIONS = [
  {
    after: '    case TF_ATTR_STRING: {\n',
    add: `\
      if (IsArray(env, nstatus, &js_value)) {
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<std::string> strings(length);
        std::vector<const void *> data(length);
        std::vector<size_t> lengths(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          nstatus = GetStringParam(env, element, strings[i]);
          ENSURE_NAPI_OK(env, nstatus);
          data[i] = strings[i].data();
          lengths[i] = strings[i].size();
        }
        TFE_OpSetAttrStringList(tfe_op, attr_name, data.data(), lengths.data(),
                                static_cast<int>(length));
        break;
      }
`,
  },
  {
    after: '    case TF_ATTR_TYPE: {\n',
    add: `\
      if (IsArray(env, nstatus, &js_value)) {
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<TF_DataType> types(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          int32_t type;
          nstatus = napi_get_value_int32(env, element, &type);
          ENSURE_NAPI_OK(env, nstatus);
          types[i] = static_cast<TF_DataType>(type);
        }
        TFE_OpSetAttrTypeList(tfe_op, attr_name, types.data(),
                              static_cast<int>(length));
        break;
      }
`,
  },
  {
    after: `\
  size_t byte_length = TF_TensorByteSize(tensor.tensor);

  napi_value array_buffer_value;
  void *array_buffer_data;
  napi_status nstatus;
`,
    add: `\
  if (byte_length >= (1 << 20)) {
    nstatus = napi_create_external_arraybuffer(
        env, TF_TensorData(tensor.tensor), byte_length,
        [](napi_env, void *, void *kept) {
          TF_DeleteTensor(static_cast<TF_Tensor *>(kept));
        },
        tensor.tensor, &array_buffer_value);
    if (nstatus == napi_ok) {
      tensor.tensor = nullptr;
      nstatus = napi_create_typedarray(env, array_type, num_elements,
                                       array_buffer_value, 0, result);
      ENSURE_NAPI_OK(env, nstatus);
      return;
    }
  }
`,
  },
]

/** A short name for the change: a binding that was built with another one is built anew. */
export const PATCH_DIGEST = createHash('sha256').update(JSON.stringify(ADDITIONS)).digest('hex').slice(0, 8)
