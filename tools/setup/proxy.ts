import http from 'node:http'

/** Has fetch() use the proxy that HTTPS_PROXY and its kin name; Node does that only when told to. */
export function useProxyOfEnvironment(): void {
  // Node before 24.14 lacks it: there, only NODE_USE_ENV_PROXY=1 from outside helps.
  http.setGlobalProxyFromEnv?.()
}
