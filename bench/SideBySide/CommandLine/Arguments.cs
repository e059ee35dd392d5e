using System.Globalization;

namespace PollIO.SideBySide.CommandLine;

/// <summary>
/// Options of the form <c>--name value</c>, and flags without a value, each taken once by what reads it; what is left over is an error.
/// </summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = [];
    private readonly HashSet<string> _flags = [];

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="flags">Names of options that have no value.</param>
    internal Arguments(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> flags)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (flags.Contains(name))
            {
                _flags.Add(name);
                continue;
            }

            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                throw new UsageException($"'{name}' is no option");
            }

            if (i + 1 == arguments.Length)
            {
                throw new UsageException($"{name} wants a value, or is no option");
            }

            if (!_values.TryGetValue(name, out List<string>? values))
            {
                _values.Add(name, values = []);
            }

            values.Add(arguments[++i]);
        }
    }

    /// <summary>Whether a flag was given.</summary>
    internal bool TakeFlag(string name) => _flags.Remove(name);

    /// <summary>Every value given for an option.</summary>
    internal IReadOnlyList<string> TakeAll(string name) => _values.Remove(name, out List<string>? values) ? values : [];

    /// <summary>The value given for an option, or null.</summary>
    internal string? Take(string name) => TakeAll(name) switch
    {
        [] => null,
        [string value] => value,
        _ => throw new UsageException($"{name} is given twice"),
    };

    internal int TakeInt32(string name, int fallback, int min, int max)
    {
        string? text = Take(name);
        return text is null
            ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
                ? value
                : throw new UsageException($"{name} {text}: a whole number from {min} to {max} is wanted");
    }

    internal double TakeDouble(string name, double fallback, double min, double max)
    {
        string? text = Take(name);
        return text is null
            ? fallback
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max
                ? value
                : throw new UsageException($"{name} {text}: a number from {min} to {max} is wanted");
    }

    /// <summary>Refuses options nobody took.</summary>
    internal void End()
    {
        if (_values.Count != 0)
        {
            throw new UsageException($"there is no option {_values.Keys.First()}");
        }
    }
}
