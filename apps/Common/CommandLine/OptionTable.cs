namespace PollIO.Apps.Common.CommandLine;

/// <summary>
/// Reads <c>--name value</c>, <c>--name=value</c> and <c>--name</c> in any order. Every error is one line that names the option and
/// says what is wanted.
/// </summary>
internal sealed class OptionTable
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Adds an option with a value.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="wanted">What the value is, for the error when it is missing.</param>
    /// <param name="set">Takes the value; throws <see cref="UsageException"/> when it is wrong.</param>
    /// <param name="repeatable">Whether the option may be given more than once.</param>
    internal void AddValue(string name, string wanted, Action<string> set, bool repeatable = false) =>
        _entries.Add(name, new Entry(wanted, set, repeatable));

    /// <summary>Adds an option without a value.</summary>
    internal void AddFlag(string name, Action set) => _entries.Add(name, new Entry(Wanted: null, _ => set(), Repeatable: true));

    /// <summary>Reads the arguments, calling the options in the order in which they are given.</summary>
    /// <returns>The names of those given.</returns>
    /// <exception cref="UsageException">An argument is no option, or a value is missing, wrong or given twice.</exception>
    internal IReadOnlySet<string> Read(IReadOnlyList<string> arguments)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            int equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
            string name = equals < 0 ? argument : argument[..equals];
            if (!_entries.TryGetValue(name, out Entry? entry))
            {
                throw new UsageException(argument.StartsWith('-')
                    ? $"there is no option '{name}'; --help lists them"
                    : $"'{argument}' is no option; ports are given as --port SPEC");
            }

            if (!given.Add(name) && !entry.Repeatable)
            {
                throw new UsageException($"{name} is given twice");
            }

            entry.Set(ValueOf(entry, name, equals < 0 ? null : argument[(equals + 1)..], arguments, ref i));
        }

        return given;
    }

    private static string ValueOf(Entry entry, string name, string? attached, IReadOnlyList<string> arguments, ref int at)
    {
        if (entry.Wanted is null)
        {
            return attached is null ? "" : throw new UsageException($"{name} takes no value, but '{attached}' was given");
        }

        // "-" alone is a value: standard output.
        string? value = attached;
        if (value is null && at + 1 < arguments.Count && !arguments[at + 1].StartsWith("--", StringComparison.Ordinal))
        {
            value = arguments[++at];
        }

        return string.IsNullOrEmpty(value) ? throw new UsageException($"{name} needs {entry.Wanted}") : value;
    }

    private sealed record Entry(string? Wanted, Action<string> Set, bool Repeatable);
}
