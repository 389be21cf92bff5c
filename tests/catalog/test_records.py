"""Records choose what pages show."""

from feeds.catalog.records import MAX_PROVIDERS, ProviderCount, choose_providers


def test_the_providers_with_the_most_entries_are_chosen() -> None:
    providers = [ProviderCount(f"p{number:04}.example", number, None) for number in range(1_000)]
    chosen = choose_providers(providers)
    assert len(chosen) == MAX_PROVIDERS
    assert [provider.entries for provider in chosen] == list(range(800, 1_000))
