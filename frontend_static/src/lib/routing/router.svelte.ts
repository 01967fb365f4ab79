import type { Component } from 'svelte';
import type { Area, TextKey } from '../i18n/keys';

export type Params = Readonly<Record<string, string>>;

/** Where a page may be seen: by everybody, only without a session, or only with one. */
export type Audience = 'everybody' | 'signedOut' | 'signedIn';

export interface Route {
	readonly pattern: string;
	readonly title: TextKey;
	readonly areas: readonly Area[];
	readonly audience: Audience;
	// A page takes the parameters of its own pattern as properties; the table of routes cannot know their names.
	readonly load: () => Promise<{ default: Component<never> }>;
	/** Sends the page's query while the page's code is still on its way. */
	readonly prefetch?: (params: Params, search: URLSearchParams) => void;
}

export interface Match {
	readonly route: Route;
	readonly params: Params;
}

/** Finds the route of a path; a segment such as ":id" takes whatever stands there. */
export function matchRoute(routes: readonly Route[], path: string): Match | null {
	const segments = path.split('/').filter(Boolean);
	for (const route of routes) {
		const wanted = route.pattern.split('/').filter(Boolean);
		if (wanted.length !== segments.length) continue;
		const params: Record<string, string> = {};
		const fits = wanted.every((part, index) => {
			const segment = segments[index] ?? '';
			if (!part.startsWith(':')) return part === segment;
			params[part.slice(1)] = decodeURIComponent(segment);
			return true;
		});
		if (fits) return { route, params };
	}
	return null;
}

type SearchChanges = Readonly<Record<string, string | null>>;

/** The address bar as state: a reload or a shared link shows the same view. */
class Router {
	path = $state(location.pathname);
	query = $state(location.search);
	/** Goes up with each move to a place, not with changes of filters; the page shown then takes the focus. */
	moves = $state(0);

	get search(): URLSearchParams {
		return new URLSearchParams(this.query);
	}

	get address(): string {
		return this.path + this.query;
	}

	/** Goes to a place of this client. */
	go(href: string, options: { replace?: boolean } = {}): void {
		const url = new URL(href, location.href);
		this.#rememberScroll();
		if (options.replace) history.replaceState({}, '', url);
		else history.pushState({}, '', url);
		const samePlace = url.pathname === this.path;
		this.#read();
		if (!samePlace) {
			this.moves += 1;
			window.scrollTo(0, 0);
		}
	}

	/** Changes parts of the query string; null removes one. Typing replaces the entry, a choice may push a new one. */
	setSearch(changes: SearchChanges, options: { push?: boolean } = {}): void {
		const url = new URL(location.href);
		for (const [name, value] of Object.entries(changes)) {
			if (value === null || value === '') url.searchParams.delete(name);
			else url.searchParams.set(name, value);
		}
		if (url.search === location.search) return;
		if (options.push) history.pushState({}, '', url);
		else history.replaceState(history.state, '', url);
		this.#read();
	}

	/** The address with some parts of the query string changed, for links. */
	hrefWith(changes: SearchChanges): string {
		const search = this.search;
		for (const [name, value] of Object.entries(changes)) {
			if (value === null || value === '') search.delete(name);
			else search.set(name, value);
		}
		const query = search.toString();
		return query ? `${this.path}?${query}` : this.path;
	}

	/** Listens to the address bar and to plain clicks on links to this client; gives what stops listening. */
	start(): () => void {
		const onPop = (event: PopStateEvent) => {
			const samePlace = location.pathname === this.path;
			this.#read();
			if (samePlace) return;
			this.moves += 1;
			const top = Number(event.state?.scrollY ?? 0);
			requestAnimationFrame(() => window.scrollTo(0, top));
		};
		const onClick = (event: MouseEvent) => {
			const href = internalHref(event);
			if (href === null) return;
			event.preventDefault();
			this.go(href);
		};
		window.addEventListener('popstate', onPop);
		document.addEventListener('click', onClick);
		return () => {
			window.removeEventListener('popstate', onPop);
			document.removeEventListener('click', onClick);
		};
	}

	#read(): void {
		this.path = location.pathname;
		this.query = location.search;
	}

	#rememberScroll(): void {
		history.replaceState({ ...history.state, scrollY: window.scrollY }, '');
	}
}

const servedByTheServer = /^\/(graphql|auth|documents|dev|webhooks|healthz|readyz|metrics|assets)(\/|$)/;

/** The address of a plainly clicked link that this client shows itself; null for all else. */
function internalHref(event: MouseEvent): string | null {
	if (
		event.defaultPrevented ||
		event.button !== 0 ||
		event.metaKey ||
		event.ctrlKey ||
		event.shiftKey ||
		event.altKey
	) {
		return null;
	}
	const link = (event.target as Element | null)?.closest?.('a');
	if (!link?.href || link.target || link.hasAttribute('download')) return null;
	const url = new URL(link.href);
	if (url.origin !== location.origin || servedByTheServer.test(url.pathname)) return null;
	if (url.hash && url.pathname === location.pathname && url.search === location.search) return null;
	return url.pathname + url.search + url.hash;
}

export const router = new Router();
