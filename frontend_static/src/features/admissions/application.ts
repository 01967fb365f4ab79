import type { ApplicationDetailsQuery } from '../../gql/schema';

export type Application = Extract<NonNullable<ApplicationDetailsQuery['node']>, { __typename: 'Application' }>;
