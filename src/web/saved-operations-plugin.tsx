import type { GraphiQLPlugin } from "@graphiql/react";
import type { SavedOperation } from "./saved-operations.js";
import { useOpenTab } from "./use-open-tab.js";

/** Returns a GraphiQL plugin that lists the saved operations. A click opens an operation in a new tab. */
export function savedOperationsPlugin(operations: readonly SavedOperation[]): GraphiQLPlugin {
  return { title: "Saved operations", icon: Icon, content: () => <SavedOperations operations={operations} /> };
}

function SavedOperations({ operations }: { readonly operations: readonly SavedOperation[] }) {
  const openTab = useOpenTab();
  return (
    <section aria-label="Saved operations" className="saved-operations">
      <h2>Saved operations</h2>
      <ul>
        {operations.map(({ name, description, ...tab }) => (
          <li key={name}>
            <button type="button" disabled={openTab === undefined} onClick={() => openTab?.(tab)}>
              <strong>{name}</strong>
              <span>{description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Icon(props: object) {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" {...props}>
      <path d="M5 2.5h10v15l-5-4-5 4z" strokeLinejoin="round" />
    </svg>
  );
}
