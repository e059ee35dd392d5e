using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PollIO.Pmd;

/// <summary>The string that names a port, taken apart: <c>driver:address?key=value&amp;key=value</c>.</summary>
public sealed class PortSpec
{
    private readonly Dictionary<string, string> _values;

    private PortSpec(string text, string driver, string address, Dictionary<string, string> values)
    {
        Text = text;
        Driver = driver;
        Address = address;
        _values = values;
    }

    /// <summary>The spec as it was given.</summary>
    public string Text { get; }

    /// <summary>What stands before the first colon.</summary>
    public string Driver { get; }

    /// <summary>What stands between the colon and the question mark; may be empty.</summary>
    public string Address { get; }

    /// <summary>The keys given, for drivers to check against those they take.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>Takes a spec apart; whether driver and keys exist is for <see cref="PortFactory"/> to say.</summary>
    /// <exception cref="PollIOException">The text is no spec.</exception>
    public static PortSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            throw Malformed(text, colon < 0 ? "there is no ':' after the driver" : "the driver before ':' is missing");
        }

        string driver = text[..colon];
        string rest = text[(colon + 1)..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string address = question < 0 ? rest : rest[..question];
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (question >= 0)
        {
            foreach (string pair in rest[(question + 1)..].Split('&'))
            {
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0 || equals == pair.Length - 1)
                {
                    throw Malformed(text, $"'{pair}' is not key=value");
                }

                if (!values.TryAdd(pair[..equals], pair[(equals + 1)..]))
                {
                    throw Malformed(text, $"key '{pair[..equals]}' is given twice");
                }
            }
        }

        return new PortSpec(text, driver, address, values);
    }

    /// <summary>The value of <paramref name="key"/>, when it was given.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _values.TryGetValue(key, out value);

    /// <summary>The whole number given for <paramref name="key"/>, or <paramref name="fallback"/>.</summary>
    /// <exception cref="PollIOException">The value is no number from <paramref name="min"/> to <paramref name="max"/>.</exception>
    public int GetInt32(string key, int fallback, int min, int max)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return fallback;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw Malformed(Text, $"{key}={value}: a whole number from {min} to {max} is wanted");
    }

    /// <summary>Whether the switch <paramref name="key"/> is on: <c>on</c> or <c>1</c>, against <c>off</c> or <c>0</c>.</summary>
    /// <exception cref="PollIOException">The value is none of these.</exception>
    public bool GetSwitch(string key, bool fallback)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return fallback;
        }

        return value switch
        {
            "on" or "1" => true,
            "off" or "0" => false,
            _ => throw Malformed(Text, $"{key}={value}: 'on' or 'off' is wanted"),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal static PollIOException Malformed(string text, string reason) =>
        new("read port spec", text.Length == 0 ? "''" : text, reason, remedy: "a spec is driver:address?key=value&key=value, for example af_packet:eth0 or null:");
}
