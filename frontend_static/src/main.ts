import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './app/App.svelte';
import { routes } from './app/routes';
import { session } from './app/session.svelte';
import { applyStoredTheme } from './app/theme.svelte';
import { preloadAreas, rememberedLanguage, setLanguage } from './lib/i18n/i18n.svelte';
import { matchRoute } from './lib/routing/router.svelte';

applyStoredTheme();

// The page's code and data, who is signed in, and the words are all asked for at once.
const match = matchRoute(routes, location.pathname);
const language = rememberedLanguage();
void match?.route.load();
preloadAreas(language, match?.route.areas ?? []);
void session.start();

if (!('Temporal' in globalThis)) await import('temporal-polyfill/global');
match?.route.prefetch?.(match.params, new URLSearchParams(location.search));
await setLanguage(language);

const target = document.getElementById('app');
if (target) mount(App, { target });
