import './zod-without-eval.ts'
import './look/tokens.css'
import './look/base.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { thisHost } from './host/index.ts'
import { applyTheme, lastTheme } from './look/theme.ts'

applyTheme(lastTheme())
mount(App, { target: document.getElementById('app')!, props: { host: thisHost() } })
