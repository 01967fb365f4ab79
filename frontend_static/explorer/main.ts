// GraphiQL on our own schema, for people who are signed in: the session's cookie is the sign-in, so there is nothing to paste.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const start = `# Ctrl+Enter runs the operation at the cursor, Ctrl+Space completes. The answer's extensions tell its cost.
query Viewer {
  viewer {
    person { name email }
    organization { name kind }
    roles
  }
}
`;

const url = new URL('/graphql', location.href);
const sockets = new URL(url);
sockets.protocol = url.protocol.replace('http', 'ws');

const place = document.getElementById('explorer');
if (place) {
	createRoot(place).render(
		createElement(GraphiQL, {
			defaultQuery: start,
			shouldPersistHeaders: false,
			isHeadersEditorEnabled: false,
			fetcher: createGraphiQLFetcher({
				url: url.href,
				headers: { 'x-requested-with': 'incubator' },
				wsClient: createClient({ url: sockets.href }),
			}),
		}),
	);
}
