using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace PollIO.Apps.Common.Metrics;

/// <summary>
/// Every instrument of PollIO's meters in Prometheus' text format (exposition format 0.0.4), named as OpenTelemetry's Prometheus exporters
/// name them. The instruments are read when the text is made, never between.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Meters = "PollIO";

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    internal PrometheusText()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meters || instrument.Meter.Name.StartsWith(Meters + ".", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value.ToString(CultureInfo.InvariantCulture), tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value.ToString("R", CultureInfo.InvariantCulture), tags));
        _listener.Start();
    }

    /// <summary>Reads all instruments now. One caller at a time.</summary>
    internal string Create()
    {
        _families.Clear();
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach ((string name, Family family) in _families)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(family.Help).Append('\n')
                .Append("# TYPE ").Append(name).Append(family.IsCounter ? " counter\n" : " gauge\n")
                .Append(family.Samples);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        bool counter = instrument is ObservableCounter<long> or ObservableCounter<double>;
        string name = NameOf(instrument, counter);
        if (!_families.TryGetValue(name, out Family? family))
        {
            _families.Add(name, family = new Family(Escape(instrument.Description ?? name), counter));
        }

        family.Samples.Append(name);
        char separator = '{';
        foreach ((string key, object? label) in tags)
        {
            family.Samples.Append(separator).Append(key.Replace('.', '_')).Append("=\"")
                .Append(Escape(Convert.ToString(label, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            separator = ',';
        }

        family.Samples.Append(separator == ',' ? "} " : " ").Append(value).Append('\n');
    }

    private static string NameOf(Instrument instrument, bool counter)
    {
        string unit = instrument.Unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            "1" when instrument is ObservableGauge<double> => "_ratio",
            _ => "",
        };
        return instrument.Name.Replace('.', '_') + unit + (counter ? "_total" : "");
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record Family(string Help, bool IsCounter)
    {
        internal StringBuilder Samples { get; } = new();
    }
}
