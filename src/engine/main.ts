/** The engine process: started by the app as a child with an IPC channel (contract/engine-protocol.ts). */
import { serve } from './serve.ts'

serve()
