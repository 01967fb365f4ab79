import type { Client } from 'graphql-ws';
import { Changes } from '../../gql/Changes';
import type { ChangesSubscription } from '../../gql/schema';
import { invalidate, invalidateEverything } from './client';

const flushDelayMs = 250;
const resubscribeDelayMs = 2_000;

/** Follows what changes on the server and makes the cached answers that hold it old. */
class Live {
	/** True while every change is heard of, so that a cached answer can be trusted. */
	followed = $state(false);
	#socket: Client | null = null;
	#changed = new Set<string>();
	#flushTimer: ReturnType<typeof setTimeout> | undefined;
	#missedSome = false;

	async start(): Promise<void> {
		if (this.#socket) return;
		const { createClient } = await import('graphql-ws');
		if (this.#socket) return;
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		const socket = createClient({
			url: `${scheme}://${location.host}/graphql`,
			lazy: false,
			keepAlive: 15_000,
			retryAttempts: Number.POSITIVE_INFINITY,
			// 4401 and 4403 mean that the session is over: asking again would be refused again.
			shouldRetry: (event) => !(event instanceof CloseEvent && [4401, 4403].includes(event.code)),
			on: {
				connected: () => this.#onConnected(),
				closed: () => this.#onClosed(),
			},
			onNonLazyError: () => this.#onClosed(),
		});
		this.#socket = socket;
		void this.#follow(socket);
	}

	stop(): void {
		const socket = this.#socket;
		this.#socket = null;
		this.#missedSome = false;
		this.followed = false;
		void socket?.dispose();
	}

	#onConnected(): void {
		this.followed = true;
		if (this.#missedSome) invalidateEverything();
		this.#missedSome = false;
	}

	#onClosed(): void {
		this.followed = false;
		this.#missedSome = true;
	}

	/** Keeps one subscription open; a stream that the server ends is opened again after a pause. */
	async #follow(socket: Client): Promise<void> {
		while (this.#socket === socket) {
			await new Promise<void>((resolve) => {
				socket.subscribe<ChangesSubscription>(
					{ query: Changes.text, operationName: Changes.name },
					{
						next: ({ data }) => data && this.#note(data.changes.typeName),
						error: () => resolve(),
						complete: resolve,
					},
				);
			});
			await new Promise((resolve) => setTimeout(resolve, resubscribeDelayMs));
			this.#missedSome = true;
		}
	}

	/** A billing run changes hundreds of things in a second: they are told to the cache together. */
	#note(typeName: string): void {
		this.#changed.add(typeName);
		this.#flushTimer ??= setTimeout(() => {
			this.#flushTimer = undefined;
			const types = [...this.#changed];
			this.#changed.clear();
			invalidate(types);
		}, flushDelayMs);
	}
}

export const live = new Live();
