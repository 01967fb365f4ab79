import { tick } from 'svelte';
import * as v from 'valibot';
import type { Outcome, Refusal } from '../gql/mutate';
import { t } from '../i18n/i18n.svelte';
import type { TextKey } from '../i18n/keys';
import { failureKey } from './failures';

/** What is wrong: a sentence of ours by its key, or one that the server wrote in the person's language. */
type Fault =
	| { readonly key: TextKey; readonly values?: Record<string, string | number> }
	| { readonly message: string };

interface FormOptions<Values, Schema> {
	readonly initial: Values;
	readonly schema: Schema;
	/** Where the server's name of an input differs from the field's, such as `depositMinor` for `deposit`. */
	readonly serverNames?: Readonly<Record<string, keyof Values & string>>;
}

let forms = 0;

/**
 * One form: what was typed, what is wrong with it, and whether it is on its way.
 *
 * What was typed stays after every failure. The first bad field gets the focus.
 */
export class Form<Values extends object, Schema extends v.GenericSchema<Values, unknown>> {
	values: Values;
	faults = $state.raw<Partial<Record<keyof Values & string, Fault>>>({});
	/** What no field is to blame for. */
	summary = $state.raw<Fault | null>(null);
	refusals = $state.raw<readonly Refusal[]>([]);
	busy = $state(false);
	readonly #schema: Schema;
	readonly #serverNames: Readonly<Record<string, string>>;
	readonly #prefix: string;

	constructor(options: FormOptions<Values, Schema>) {
		this.values = $state(options.initial);
		this.#schema = options.schema;
		this.#serverNames = options.serverNames ?? {};
		forms += 1;
		this.#prefix = `form${forms}`;
	}

	idOf = (field: keyof Values & string): string => `${this.#prefix}-${field}`;

	errorOf = (field: keyof Values & string): string | null => {
		const fault = this.faults[field];
		return fault ? sentence(fault) : null;
	};

	get summaryText(): string | null {
		return this.summary ? sentence(this.summary) : null;
	}

	/** What the schema makes of the values, or null after showing what is wrong. */
	async validate(): Promise<v.InferOutput<Schema> | null> {
		this.summary = null;
		this.refusals = [];
		const result = v.safeParse(this.#schema, this.values);
		if (result.success) {
			this.faults = {};
			return result.output;
		}
		const faults: Partial<Record<string, Fault>> = {};
		for (const issue of result.issues) {
			const field = String(issue.path?.[0]?.key ?? '');
			const limit = 'requirement' in issue ? issue.requirement : undefined;
			faults[field] ??= {
				key: issue.message as TextKey,
				...(typeof limit === 'number' || typeof limit === 'string' ? { values: { limit } } : {}),
			};
		}
		await this.#show(faults as typeof this.faults, null);
		return null;
	}

	/** Validates, sends, and gives the payload; null when something was wrong, which is then shown. */
	async submit<Payload>(send: (output: v.InferOutput<Schema>) => Promise<Outcome<Payload>>): Promise<Payload | null> {
		if (this.busy) return null;
		const output = await this.validate();
		if (output === null) return null;
		this.busy = true;
		try {
			const outcome = await send(output);
			if (outcome.kind === 'done') return outcome.payload;
			if (outcome.kind === 'refused') await this.refuse(outcome.refusals);
			else await this.#show({}, { key: failureKey(outcome.failure) });
			return null;
		} finally {
			this.busy = false;
		}
	}

	/** Shows each refusal beside the field that its path names, else above the form. */
	async refuse(refusals: readonly Refusal[]): Promise<void> {
		const faults: Partial<Record<string, Fault>> = {};
		const others: string[] = [];
		for (const refusal of refusals) {
			const field = [...refusal.path]
				.reverse()
				.map((name) => this.#serverNames[name] ?? name)
				.find((name) => name in this.values);
			if (field && !faults[field]) faults[field] = { message: refusal.message };
			else others.push(refusal.message);
		}
		this.refusals = refusals;
		await this.#show(faults as typeof this.faults, others.length > 0 ? { message: others.join(' ') } : null);
	}

	async #show(faults: typeof this.faults, summary: Fault | null): Promise<void> {
		this.faults = faults;
		this.summary = summary;
		await tick();
		const first = Object.keys(this.values).find((name) => name in faults);
		if (first) document.getElementById(`${this.#prefix}-${first}`)?.focus();
	}
}

function sentence(fault: Fault): string {
	return 'message' in fault ? fault.message : t(fault.key, fault.values);
}
