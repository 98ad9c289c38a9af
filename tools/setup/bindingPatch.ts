import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * tfjs-node passes lists of numbers to an op, but none of strings or types. oneDNN's fused convolution wants both
 * (`fused_ops`, `TArgs`), so the binding is taught them before it is compiled. Where the source is another than
 * expected it is left as it is: fused-convolution.ts finds out at run time, and does without.
 */
export async function patchBinding(bindingFolder: string): Promise<void> {
  const file = join(bindingFolder, 'tfjs_backend.cc')
  const source = await readFile(file, 'utf8')
  await writeFile(file, withLists(source))
}

/** Exported for its test. */
export function withLists(source: string): string {
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
]

/** A short name for the change: a binding that was built with another one is built anew. */
export const PATCH_DIGEST = createHash('sha256').update(JSON.stringify(ADDITIONS)).digest('hex').slice(0, 8)
