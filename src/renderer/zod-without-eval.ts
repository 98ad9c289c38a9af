/**
 * zod compiles schemas with `new Function` where it may. The page's CSP forbids that, and even trying is reported in
 * the console. Must be imported before any schema is made.
 */
import { config } from 'zod'

config({ jitless: true })
