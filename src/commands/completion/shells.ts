/** Supported shells. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Returns the script that completes `rankscope` in a shell. The script calls the hidden command `rankscope complete`, so it does not
 * change when commands do.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# rankscope completion for bash: source <(rankscope completion bash)
_rankscope() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _rankscope rankscope
`,
  zsh: `#compdef rankscope
# rankscope completion for zsh: source <(rankscope completion zsh), after compinit
_rankscope() {
  local line
  local -a candidates
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#candidates} )); then _describe rankscope candidates; else _files; fi
}
if [[ \${funcstack[1]} == _rankscope ]]; then _rankscope "$@"; else compdef _rankscope rankscope; fi
`,
  fish: `# rankscope completion for fish: rankscope completion fish | source
function __rankscope_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  test -n "$current"; or set current ''
  $before[1] complete -- $before[2..-1] $current 2>/dev/null
end
complete -c rankscope -f -a '(__rankscope_complete)'
complete -c rankscope -n '__fish_seen_subcommand_from import backup restore' -F
`,
};
