"""A `btcli` for tests of our scripts: the commands and options of bittensor-cli 9.23 that they use, over a chain in a
JSON file. It refuses what btcli refuses: an option it does not know, a wallet that is not there, TAO that is not there.

The file: {"free": TAO of every coldkey, "burn": price of a subnet, "register": price of a registration,
"rate": TAO for one of the subnet's token, "calls": every command line so far,
"subnets": {netuid: {"owner", "started", "neurons": [hotkey], "stake": {hotkey: amount}}}}.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

COMMON = {"--network", "--json-output", "--no-prompt"}
WALLET = {"--wallet-name", "--wallet-path", "--wallet-hotkey"}
OPTIONS = {
    ("wallet", "new-coldkey"): WALLET - {"--wallet-hotkey"}
    | {"--n-words", "--no-overwrite", "--use-password", "--no-use-password"},
    ("wallet", "new-hotkey"): WALLET | {"--n-words", "--no-overwrite", "--no-use-password"},
    ("subnets", "burn-cost"): {"--network", "--json-output"},
    ("subnets", "create"): COMMON
    | WALLET
    | {"--subnet-name", "--subnet-contact", "--github-repo", "--subnet-url", "--discord-handle", "--logo-url"}
    | {"--description", "--additional-info"},
    ("subnets", "start"): COMMON - {"--json-output"} | WALLET | {"--netuid"},
    ("subnets", "show"): COMMON | {"--netuid", "--mechid"},
    ("subnets", "register"): COMMON | WALLET | {"--netuid"},
    ("stake", "list"): COMMON | {"--ss58"},
    ("stake", "add"): COMMON
    | WALLET
    | {"--amount", "--netuid", "--include-hotkeys", "--safe", "--tolerance", "--no-partial"},
}
ALONE = {
    "--json-output",
    "--no-prompt",
    "--no-overwrite",
    "--use-password",
    "--no-use-password",
    "--safe",
    "--no-partial",
}


def parsed(words: list[str], known: set[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word not in known:
            sys.exit(f"No such option: {word}")
        given[word] = "" if word in ALONE else next(rest)
    return given


def make_key(given: dict[str, str], kind: str) -> None:
    folder = Path(given["--wallet-path"]) / given["--wallet-name"]
    (folder / "hotkeys").mkdir(parents=True, exist_ok=True)
    name = given["--wallet-name"]
    if kind == "new-coldkey":
        (folder / "coldkey").write_text("secret")
        (folder / "coldkeypub.txt").write_text(json.dumps({"ss58Address": f"cold-{name}"}))
    else:
        hotkey = given["--wallet-hotkey"]
        (folder / "hotkeys" / hotkey).write_text(json.dumps({"ss58Address": f"hot-{name}-{hotkey}"}))


def answer(chain: dict[str, Any], command: tuple[str, str], given: dict[str, str]) -> Any:
    netuid = given.get("--netuid", "")
    subnet = chain["subnets"].get(netuid)
    wallet, hotkey = given.get("--wallet-name", ""), given.get("--wallet-hotkey", "")
    match command:
        case ("subnets", "burn-cost"):
            return {"burn_cost": {"rao": int(chain["burn"] * 1e9), "tao": chain["burn"]}, "error": ""}
        case ("subnets", "create"):
            if chain["free"] < chain["burn"]:
                return {"success": False, "netuid": None, "extrinsic_identifier": None}
            chain["free"] -= chain["burn"]
            made = str(len(chain["subnets"]) + 1)
            chain["subnets"][made] = {"owner": f"cold-{wallet}", "started": False, "neurons": [], "stake": {}}
            return {"success": True, "netuid": int(made), "extrinsic_identifier": "1-1"}
        case ("subnets", "start"):
            subnet["started"] = True
            return None
        case ("subnets", "show"):
            return {
                "netuid": int(netuid),
                "owner": subnet["owner"],
                "rate": chain["rate"],
                "emission": 0.5 if subnet["started"] else 0.0,
                "registration_cost": chain["register"],
                "uids": [{"uid": uid, "hotkey": one} for uid, one in enumerate(subnet["neurons"])],
            }
        case ("subnets", "register"):
            if chain["free"] < chain["register"]:
                return {"success": False, "msg": "Insufficient balance", "extrinsic_identifier": None}
            chain["free"] -= chain["register"]
            subnet["neurons"].append(f"hot-{wallet}-{hotkey}")
            return {"success": True, "msg": "", "extrinsic_identifier": "1-2"}
        case ("stake", "list"):
            held = {
                one: [{"netuid": int(number), "stake_value": stake}]
                for number, each in chain["subnets"].items()
                for one, stake in each["stake"].items()
            }
            return {"stake_info": held, "free_balance": chain["free"]}
        case _:
            amount, address = float(given["--amount"]), given["--include-hotkeys"]
            if chain["free"] < amount:
                return {"staking_success": {netuid: {address: False}}, "error_messages": {}, "extrinsic_ids": {}}
            chain["free"] -= amount
            subnet["stake"][address] = subnet["stake"].get(address, 0.0) + amount / chain["rate"]
            return {"staking_success": {netuid: {address: True}}, "error_messages": {}, "extrinsic_ids": {}}


def main() -> None:
    kept = Path(os.environ["BTCLI_CHAIN"])
    chain = json.loads(kept.read_text())
    group, name, *words = sys.argv[1:]
    given = parsed(words, OPTIONS[group, name])
    chain["calls"].append(" ".join(sys.argv[1:]))
    if group == "wallet":
        make_key(given, name)
    else:
        said = answer(chain, (group, name), given)
        if "--json-output" in given:
            sys.stdout.write(f"{json.dumps(said)}\n")
    kept.write_text(json.dumps(chain))


if __name__ == "__main__":
    main()
