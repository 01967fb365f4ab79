/** A GraphQL document with the types of its answer and of its variables; written by scripts/codegen.mjs. */
export interface Operation<Data, Variables> {
	readonly name: string;
	readonly text: string;
	/** The object types that an answer can hold: what makes a cached answer old when one of them changes. */
	readonly types: readonly string[];
	/** Carries the two types; never has a value. */
	readonly phantom?: (variables: Variables) => Data;
}

export type DataOf<Op> = Op extends Operation<infer Data, infer _Variables> ? Data : never;
export type VariablesOf<Op> = Op extends Operation<infer _Data, infer Variables> ? Variables : never;
