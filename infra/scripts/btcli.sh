# shellcheck shell=bash
# What the scripts beside this one share. They drive `btcli` (bittensor-cli 9.23; the commands of 9.x).
#
# Each may be run again: what is there already is left as it is. Nothing that costs TAO happens unasked.

readonly PROGRAM=${0##*/}
WALLET_PATH=${WALLET_PATH:-$HOME/.bittensor/wallets}
NETWORK=${SUBTENSOR_CHAIN_ENDPOINT:-${SUBTENSOR_NETWORK:-finney}}
YES=no

# fail SENTENCE: exit 2, as everywhere when it is the caller's to mend.
fail() {
  echo "$PROGRAM: $1" >&2
  exit 2
}

need_btcli() {
  command -v btcli >/dev/null || fail "btcli is not installed: pip install bittensor-cli"
  command -v python3 >/dev/null || fail "python3 is not installed"
  [[ $NETWORK != memory://* ]] || fail "btcli knows no memory:// chain; infra/scripts/run_localnet.sh runs a network on it"
}

# value_of FLAG [VALUE]: the value, or the sentence that it is missing.
value_of() {
  [[ $# -ge 2 && -n $2 ]] || fail "$1 needs a value"
  printf '%s' "$2"
}

need_netuid() {
  [[ ${NETUID:-} =~ ^[0-9]+$ ]] || fail "--netuid (NETUID) is required: the number of the subnet"
}

# coldkey_address WALLET and hotkey_address WALLET HOTKEY: the public addresses, out of files that hold no secret
# of the coldkey.
coldkey_address() {
  address_in "$WALLET_PATH/$1/coldkeypub.txt" "wallet $1 is not in $WALLET_PATH: setup_wallets.sh makes it"
}

hotkey_address() {
  local public="$WALLET_PATH/$1/hotkeys/$2pub.txt"
  [[ -e $public ]] || public="$WALLET_PATH/$1/hotkeys/$2"
  address_in "$public" "wallet $1 has no hotkey $2 in $WALLET_PATH: setup_wallets.sh makes it"
}

address_in() {
  [[ -r $1 ]] || fail "$2"
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["ss58Address"])' "$1" 2>/dev/null \
    || fail "$1 holds no address"
}

# ask_chain WHAT ARGUMENTS…: the JSON that btcli answers; it may say no with exit code 0, so the answer is read.
ask_chain() {
  local what=$1 answer
  shift
  # btcli waits for ever for a node that is not there.
  answer=$(timeout "${BTCLI_SECONDS:-120}" btcli "$@" --network "$NETWORK" --json-output) \
    || fail "btcli cannot tell $what: does a node answer at $NETWORK? It was asked: btcli $*"
  printf '%s' "$answer" | python3 -c 'import json, sys; json.loads(sys.stdin.read(), strict=False)' 2>/dev/null \
    || fail "btcli cannot tell $what on $NETWORK; it said: ${answer:0:300}"
  printf '%s' "$answer"
}

# read_json EXPRESSION [WORDS…] <JSON: what a Python expression over `found` and `words` comes to.
read_json() {
  python3 -c '
import json, sys
found, words = json.loads(sys.stdin.read(), strict=False), sys.argv[2:]
value = eval(sys.argv[1])
print("" if value is None else value)' "$@"
}

# Whether it worked: registering says {"success": true}, staking says it for each subnet and hotkey.
readonly SUCCESS='(lambda staked: found.get("success") is True or isinstance(staked, dict) and len(staked) > 0
  and all(done is True for one in staked.values() for done in one.values()))(found.get("staking_success"))'

# pay SENTENCE ARGUMENTS…: run a btcli command that costs TAO, after the answer yes (or with --yes).
pay() {
  local sentence=$1 answer
  shift
  if [[ $YES != yes ]]; then
    [[ -t 0 || -n ${RF_ANSWER_FROM_STDIN:-} ]] || fail "$sentence Nobody is here to ask: --yes agrees beforehand."
    read -r -p "$sentence Go on? [y/N] " answer || answer=
    [[ $answer == [yY] || $answer == [yY][eE][sS] ]] || { echo "Nothing was done." >&2; exit 1; }
  fi
  answer=$(btcli "$@" --network "$NETWORK" --wallet-path "$WALLET_PATH" --no-prompt --json-output) \
    || fail "btcli failed: btcli $*${answer:+; it said: ${answer:0:300}}"
  [[ $(printf '%s' "$answer" | read_json "$SUCCESS" 2>/dev/null) == True ]] || fail "the chain refused: ${answer:0:300}"
  printf '%s' "$answer"
}
