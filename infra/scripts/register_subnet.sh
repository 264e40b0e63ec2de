#!/usr/bin/env bash
# Create the subnet and start its emission. Costs the price of a subnet, which the chain sets: it is shown first.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=btcli.sh
source "$(dirname "${BASH_SOURCE[0]}")/btcli.sh"

usage() {
  cat <<EOF
Usage: $PROGRAM --contact ADDRESS --repository URL [--netuid N] [options] [--yes]

  --netuid N            the subnet of an earlier run (NETUID): it is checked to be ours, and only started
  --name NAME           what the subnet is called [ReasonForge]
  --contact ADDRESS     e-mail address to reach its owner; required to create it
  --repository URL      its sources; required to create it
  --wallet.name NAME    the owner's wallet (WALLET_NAME) [owner]
  --wallet.hotkey NAME  the owner's hotkey (WALLET_HOTKEY) [default]
  --wallet.path DIR     where wallets are (WALLET_PATH) [$WALLET_PATH]
  --network NAME        finney, test, local or a ws:// URL (SUBTENSOR_NETWORK) [$NETWORK]
  --yes                 pay without asking

Prints the subnet's number. Run again with --netuid to start it: the chain allows that some days after creation.
EOF
}

wallet=${WALLET_NAME:-owner} hotkey=${WALLET_HOTKEY:-default} name=ReasonForge contact='' repository=''
while [[ $# -gt 0 ]]; do
  case $1 in
    --netuid) NETUID=$(value_of "$@"); shift 2 ;;
    --name) name=$(value_of "$@"); shift 2 ;;
    --contact) contact=$(value_of "$@"); shift 2 ;;
    --repository) repository=$(value_of "$@"); shift 2 ;;
    --wallet.name) wallet=$(value_of "$@"); shift 2 ;;
    --wallet.hotkey) hotkey=$(value_of "$@"); shift 2 ;;
    --wallet.path) WALLET_PATH=$(value_of "$@"); shift 2 ;;
    --network | --subtensor.network | --subtensor.chain_endpoint) NETWORK=$(value_of "$@"); shift 2 ;;
    --yes | -y) YES=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) fail "there is no option $1; see $PROGRAM --help" ;;
  esac
done
need_btcli
owner=$(coldkey_address "$wallet")

if [[ -z ${NETUID:-} ]]; then
  [[ -n $contact && -n $repository ]] || fail "--contact and --repository are required to create a subnet"
  cost=$(ask_chain "the price of a subnet" subnets burn-cost | read_json \
    '(found.get("burn_cost") or {}).get("tao") if isinstance(found.get("burn_cost"), dict) else found.get("burn_cost")')
  [[ -n $cost ]] || fail "the chain does not say what a subnet costs"
  answer=$(pay "Creating the subnet $name on $NETWORK costs $cost TAO of wallet $wallet ($owner)." \
    subnets create --wallet-name "$wallet" --wallet-hotkey "$hotkey" --subnet-name "$name" \
    --subnet-contact "$contact" --github-repo "$repository" --subnet-url "$repository" --discord-handle "" \
    --logo-url "" --description "Verifiable reasoning: tasks, checks, scores and weights" --additional-info "")
  NETUID=$(printf '%s' "$answer" | read_json 'found.get("netuid")')
  [[ -n $NETUID ]] || fail "the subnet was created, and btcli did not say its number: btcli subnets list"
  echo "subnet $NETUID was created; from now on: --netuid $NETUID" >&2
else
  need_netuid
fi

shown=$(ask_chain "subnet $NETUID" subnets show --netuid "$NETUID" --mechid 0 --no-prompt)
[[ $(printf '%s' "$shown" | read_json 'found.get("owner")') == "$owner" ]] \
  || fail "subnet $NETUID is not owned by wallet $wallet ($owner)"
if [[ $(printf '%s' "$shown" | read_json 'int(float(found.get("emission") or 0) > 0)') == 1 ]]; then
  echo "subnet $NETUID is started already" >&2
elif btcli subnets start --netuid "$NETUID" --wallet-name "$wallet" --wallet-hotkey "$hotkey" \
  --wallet-path "$WALLET_PATH" --network "$NETWORK" --no-prompt >&2; then
  echo "btcli subnets check-start --netuid $NETUID tells whether it started; until it does, run this again" >&2
else
  fail "subnet $NETUID cannot be started yet: btcli subnets check-start --netuid $NETUID tells when"
fi
echo "$NETUID"
