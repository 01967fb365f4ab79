import { pipe, subscribe } from 'wonka';
import type { ViewerQuery } from '../gql/schema';
import { Viewer } from '../gql/Viewer';
import { client, requestOf, resetClient, signedOutElsewhere } from '../lib/gql/client';
import { type Failure, failureOf } from '../lib/gql/failure';
import { live } from '../lib/gql/live.svelte';
import { languageOf, locale, setLanguage } from '../lib/i18n/i18n.svelte';
import { router } from '../lib/routing/router.svelte';
import { setViewerZone } from '../lib/time/dates';
import { accessOf } from './access';
import * as auth from './auth';
import { forgetHome, rememberHome } from './homePrefetch';

export type ViewerData = NonNullable<ViewerQuery['viewer']>;

type SessionState = 'starting' | 'signedOut' | 'signedIn' | 'unreachable';

/** Who looks at the screen, kept up to date. */
class Session {
	state = $state<SessionState>('starting');
	viewer = $state.raw<ViewerData | null>(null);
	failure = $state.raw<Failure | null>(null);
	/** Goes up when another person or organisation looks at the screen: every page then starts anew. */
	epoch = $state(0);
	#stop: (() => void) | null = null;
	#knownPersonId: string | null = null;

	/** Asks who is signed in and follows it; the promise ends with the first answer. */
	start(): Promise<void> {
		pipe(
			signedOutElsewhere,
			subscribe(() => this.#leave()),
		);
		return this.#follow();
	}

	#follow(): Promise<void> {
		this.#stop?.();
		return new Promise((resolve) => {
			const request = requestOf(Viewer, {});
			const subscription = pipe(
				client().executeQuery(request, {
					additionalTypenames: [...Viewer.types, 'Notification', 'Membership'],
					requestPolicy: 'cache-and-network',
				}),
				subscribe((result) => {
					if (result.error) {
						this.failure = failureOf(result.error);
						if (this.failure.kind === 'signedOut') this.#take(null);
						else if (this.state === 'starting') this.state = 'unreachable';
					} else {
						this.failure = null;
						this.#take(result.data?.viewer ?? null);
					}
					resolve();
				}),
			);
			this.#stop = () => subscription.unsubscribe();
		});
	}

	#take(viewer: ViewerData | null): void {
		this.viewer = viewer;
		this.state = viewer ? 'signedIn' : 'signedOut';
		setViewerZone(viewer?.person.timeZone ?? null);
		if (!viewer) {
			live.stop();
			forgetHome();
			return;
		}
		rememberHome(accessOf(viewer));
		void live.start();
		if (viewer.person.id !== this.#knownPersonId) {
			this.#knownPersonId = viewer.person.id;
			const language = languageOf(viewer.person.language);
			if (language !== locale.current) void setLanguage(language);
		}
	}

	/** Looks again after the session's cookie has changed. */
	async renew(): Promise<void> {
		live.stop();
		resetClient();
		this.epoch += 1;
		await this.#follow();
	}

	retry = async (): Promise<void> => {
		this.state = 'starting';
		await this.renew();
	};

	async signOut(): Promise<void> {
		await auth.signOut();
		this.#knownPersonId = null;
		this.#take(null);
		resetClient();
		this.epoch += 1;
		router.go('/sign-in');
	}

	/** The session ended on the server: sign in again and come back to the same view. */
	#leave(): void {
		if (this.state !== 'signedIn') return;
		const here = router.address;
		this.#take(null);
		resetClient();
		this.epoch += 1;
		router.go(`/sign-in?next=${encodeURIComponent(here)}&ended=1`, { replace: true });
	}
}

export const session = new Session();
