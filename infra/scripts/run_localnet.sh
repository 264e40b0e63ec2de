#!/usr/bin/env bash
# A subnet of processes on this machine: a chain in memory, validators, miners, over real Axons. No TAO, no node, no btcli.
set -euo pipefail

readonly PROGRAM=${0##*/}
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly HERE

usage() {
  cat <<EOF
Usage: $PROGRAM [options]

  --validators N     validators [1]
  --miners N         miners, which really solve the generated tasks, each with a skill of its own [3]
  --own N            wallets own-1 … own-N are registered too, for miners that you start yourself [1]
  --tempo N          an epoch is N + 1 blocks [20]
  --block-seconds S  from block to block [1]
  --tasks N          tasks an epoch [4]
  --port N           of the chain, on 127.0.0.1; 0 takes any that is free [9945]
  --directory DIR    wallets, state files and logs [state/localnet]
  --epochs N         stop after the first validator's N-th epoch; 0: run until Ctrl-C [0]

What a run leaves stays in the directory: wallets are kept, and so are the logs of the last run. The chain is gone with
the run, so state files are made anew.
EOF
}

fail() {
  echo "$PROGRAM: $1" >&2
  exit 2
}

validators=1 miners=3 own=1 tempo=20 block_seconds=1 tasks=4 port=9945 directory=state/localnet epochs=0
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --validators | --miners | --own | --tempo | --block-seconds | --tasks | --port | --directory | --epochs)
      [[ $# -ge 2 && -n $2 ]] || fail "$1 needs a value"
      name=${1#--}
      declare "${name//-/_}=$2"
      shift 2
      ;;
    *) fail "there is no option $1; see $PROGRAM --help" ;;
  esac
done
for count in validators miners own tempo tasks port epochs; do
  [[ ${!count} =~ ^[0-9]{1,5}$ ]] || fail "--$count is a whole number, not '${!count}'"
done
((validators > 0 && tempo > 0 && tasks > 0)) || fail "--validators, --tempo and --tasks must be at least 1"
((validators + miners + own <= 64)) || fail "more than 64 neurons are too many for this machine"
[[ $block_seconds =~ ^[0-9]+(\.[0-9]+)?$ && ! $block_seconds =~ ^[0.]+$ ]] \
  || fail "--block-seconds is a number of seconds above 0, not '$block_seconds'"

# The installed commands, or those of this checkout's environment.
PATH=$PATH:$HERE/.venv/bin
for command in reasonforge reasonforge-validator reasonforge-miner; do
  command -v "$command" >/dev/null || fail "$command is not installed: pip install 'reasonforge[bittensor]'"
done
python=$(head -n 1 "$(command -v reasonforge-miner)" | sed 's/^#!//')
[[ -x $python ]] || python=$(dirname "$(command -v reasonforge-miner)")/python
"$python" -c 'import bittensor' 2>/dev/null || fail "the SDK is missing: pip install 'reasonforge[bittensor]'"

mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
exec 9>"$directory/lock"
flock --nonblock 9 || fail "another network runs in $directory: stop it, or take another --directory"

names=()
for ((n = 1; n <= validators; n++)); do names+=("validator-$n"); done
for ((n = 1; n <= miners; n++)); do names+=("miner-$n"); done
for ((n = 1; n <= own; n++)); do names+=("own-$n"); done
found=()
while read -r name address; do
  case $name in
    validator-*) found+=(--found "$address:1000") ;;
    *) found+=(--found "$address") ;;
  esac
done < <("$python" "$HERE/infra/localnet/wallets.py" "$directory/wallets" "${names[@]}")
((${#found[@]} == 2 * ${#names[@]})) || fail "the wallets could not be made in $directory/wallets"

# Nothing of a shell's settings for a real chain reaches these processes.
for variable in "${!SUBTENSOR_@}" "${!WALLET_@}" "${!MINER_@}" "${!VALIDATOR_@}" "${!STATE_DB_@}"; do unset "$variable"; done
export NETUID=1 WALLET_PATH="$directory/wallets" LOGGING_JSON=true
# Ports that one process on a machine can have, and many cannot: the system chooses.
export PROMETHEUS_PORT=0 VALIDATOR_PORT=0

declare -A running=()
# Every process gets SIGTERM and its time to finish; one that does not is killed.
stop() {
  trap - EXIT INT TERM
  kill -TERM "${running[@]}" 2>/dev/null || true
  for ((n = 0; n < 150; n++)); do
    kill -0 "${running[@]}" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "${running[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
}
trap stop EXIT
trap 'stop; exit 0' INT TERM

# start NAME COMMAND…: in the background, with the directory as its own; its log is NAME.log.
start() {
  local name=$1
  shift
  : >"$directory/$name.log"
  (cd "$directory" && exec "$@") >>"$directory/$name.log" 2>&1 9>&- &
  running[$name]=$!
}

# await NAME PATTERN SECONDS: until its log has the pattern; an end before that is told with the log's last lines.
await() {
  for ((n = 0; n < $3 * 10; n++)); do
    if grep -qE "$2" "$directory/$1.log"; then return 0; fi
    kill -0 "${running[$1]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$directory/$1.log" >&2
  echo "$PROGRAM: $1 did not start; its log is $directory/$1.log" >&2
  exit 1
}

rm -f -- "$directory"/*.db "$directory"/*.db-wal "$directory"/*.db-shm
start chain reasonforge chain serve --port "$port" --tempo "$tempo" --block-seconds "$block_seconds" \
  --weights-rate-limit 5 "${found[@]}"
await chain '^memory://' 60
url=$(grep -m 1 -oE '^memory://[^ ]+' "$directory/chain.log")
export SUBTENSOR_CHAIN_ENDPOINT=$url

for ((n = 1; n <= miners; n++)); do
  skill=$(awk -v n="$n" -v of="$miners" 'BEGIN { printf "%.2f", 1 - 0.7 * (n - 1) / of }')
  start "miner-$n" reasonforge-miner --wallet.name "miner-$n" --miner.backend solver --miner.skill "$skill" \
    --miner.pace 0.05 --miner.port 0 --state.db "miner-$n.db"
done
for ((n = 1; n <= miners; n++)); do await "miner-$n" '"event": ?"served"' 90; done
for ((n = 1; n <= validators; n++)); do
  start "validator-$n" reasonforge-validator --wallet.name "validator-$n" --validator.tasks_per_epoch "$tasks" \
    --validator.timeout 30 --validator.embedding_model hashing --state.db "validator-$n.db"
done
for ((n = 1; n <= validators; n++)); do await "validator-$n" '"event": ?"validating"' 90; done

cat <<EOF
The network runs at $url: $validators validators, $miners miners, an epoch of $((tempo + 1)) blocks of $block_seconds s.
Everything it leaves is in $directory.

A miner of your own, in another shell:
  reasonforge-miner --netuid 1 --subtensor.chain_endpoint $url --wallet.path $directory/wallets \\
      --wallet.name own-1 --miner.port 0 --state.db $directory/own-1.db --miner.backend solver --miner.skill 0.8
What it earned and why, once an epoch is over:
  reasonforge status --state.db $directory/own-1.db --netuid 1 --subtensor.chain_endpoint $url

Ctrl-C stops it all.
EOF

closed=0
while sleep 0.5; do
  for name in "${!running[@]}"; do
    kill -0 "${running[$name]}" 2>/dev/null || {
      tail -n 5 "$directory/$name.log" >&2
      echo "$PROGRAM: $name ended by itself; its log is $directory/$name.log" >&2
      exit 1
    }
  done
  now=$(grep -cE '"event": ?"epoch closed"' "$directory/validator-1.log" || true)
  if ((now > closed)); then
    closed=$now
    echo "epoch $closed closed: $(grep -E '"event": ?"epoch closed"' "$directory/validator-1.log" | tail -n 1)"
  fi
  if ((epochs > 0 && closed >= epochs)) && grep -qE '"outcome": ?"set"' "$directory/validator-1.log"; then break; fi
done
stop
echo "The network stopped after $closed epochs."
