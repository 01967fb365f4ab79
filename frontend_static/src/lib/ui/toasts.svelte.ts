export interface Toast {
	readonly id: number;
	readonly tone: 'good' | 'bad' | 'neutral';
	readonly text: string;
	readonly action?: { readonly label: string; readonly run: () => void };
}

const lifetimeMs = 6_000;
let ids = 0;

/** Short messages at the edge of the screen; each leaves by itself, but not while it is looked at. */
class Toasts {
	list = $state.raw<readonly Toast[]>([]);
	#timers = new Map<number, ReturnType<typeof setTimeout>>();

	show(text: string, options: { tone?: Toast['tone']; action?: Toast['action'] } = {}): void {
		ids += 1;
		const toast: Toast = {
			id: ids,
			text,
			tone: options.tone ?? 'good',
			...(options.action ? { action: options.action } : {}),
		};
		this.list = [...this.list.slice(-2), toast];
		this.#start(toast.id);
	}

	dismiss = (id: number): void => {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
		this.list = this.list.filter((toast) => toast.id !== id);
	};

	hold(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
	}

	release(): void {
		for (const { id } of this.list) this.#start(id);
	}

	#start(id: number): void {
		clearTimeout(this.#timers.get(id));
		this.#timers.set(
			id,
			setTimeout(() => this.dismiss(id), lifetimeMs),
		);
	}
}

export const toasts = new Toasts();
